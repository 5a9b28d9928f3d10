import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { mul, sub } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { zerosLikeTree } from './moments.ts'

/** Options of `scaleByOptimisticGradient`. */
export interface ScaleByOptimisticGradientOptions {
  /** Weight of the gradient, any finite number. 1 unless given. */
  readonly alpha?: number
  /** Weight of its change since the last update, any finite number. 1 unless given. */
  readonly beta?: number
}

/** The state of `scaleByOptimisticGradient`. */
export type ScaleByOptimisticGradientState = {
  /** `true` before the first update, which has no gradient before it. */
  readonly isInitialStep: boolean
  /** The last gradient. */
  readonly previousGradient: Tree
}

/**
 * The gradient and its change, as if the next gradient would change likewise: for games, where plain descent circles
 * (Mokhtari et al. 2020, generalized optimistic gradient descent).
 *
 * `u_t = (alpha + beta) · g_t - beta · g_(t-1)`, with `g_0 = g_1`.
 *
 * State: the last gradient, shaped like the parameters. Needs `params`: no.
 *
 * @param options - The two weights.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByOptimisticGradient } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByOptimisticGradient()
 * const [first, state] = tx.update(tf.scalar(3), tx.init(tf.scalar(0)))
 * const [second] = tx.update(tf.scalar(4), state)
 * console.log(first.arraySync(), second.arraySync()) // → 3 5
 * ```
 */
export function scaleByOptimisticGradient(
  options: ScaleByOptimisticGradientOptions = {},
): GradientTransformation<ScaleByOptimisticGradientState> {
  const { alpha = 1, beta = 1 } = options
  checkHyperparameters('scaleByOptimisticGradient', 'a finite number', { alpha, beta })
  return gradientTransformation<ScaleByOptimisticGradientState>({
    init: (params) => ({ isInitialStep: true, previousGradient: zerosLikeTree(params) }),
    update: (updates, state) => {
      const previous = state.isInitialStep ? updates : state.previousGradient
      return [
        treeMap((g, last) => sub(mul(g, alpha + beta), mul(last, beta)), updates, previous),
        { isInitialStep: false, previousGradient: updates },
      ]
    },
  })
}
