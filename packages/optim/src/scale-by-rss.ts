import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { add, fill, square } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { divideByRootOrZero } from './divide-by-root-or-zero.ts'

/** Options of `scaleByRss`. */
export interface ScaleByRssOptions {
  /** Where the sums start, in units of the squared gradient; at least 0. 0.1 unless given. */
  readonly initialAccumulatorValue?: number
  /** Added under the root, in the same units; at least 0. 1e-7 unless given. */
  readonly eps?: number
}

/** The state of `scaleByRss`. */
export type ScaleByRssState = {
  /** The sum of squared gradients so far. */
  readonly sumOfSquares: Tree
}

/**
 * Divides gradients by the root of the sum of all their squares so far: Adagrad (Duchi et al. 2011).
 *
 * `s_t = s_(t-1) + g_t²`; `u_t = g_t / √(s_t + eps)`, 0 where `s_t` is 0. Steps only ever shrink. PyTorch adds eps to the
 * root and starts at 0.
 *
 * State: the sums, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Where the sums start, and eps.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByRss } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByRss({ initialAccumulatorValue: 0, eps: 0 })
 * const [, state] = tx.update(tf.scalar(3), tx.init(tf.scalar(0)))
 * const [updates] = tx.update(tf.scalar(4), state)
 * console.log(updates.arraySync().toFixed(3)) // → 0.800
 * ```
 */
export function scaleByRss(options: ScaleByRssOptions = {}): GradientTransformation<ScaleByRssState> {
  const { initialAccumulatorValue = 0.1, eps = 1e-7 } = options
  checkHyperparameters('scaleByRss', 'at least 0', { initialAccumulatorValue, eps })
  return gradientTransformation<ScaleByRssState>({
    init: (params) => ({ sumOfSquares: treeMap((p) => fill(p.shape, initialAccumulatorValue), params) }),
    update: (updates, state) => {
      const sumOfSquares = treeMap((s, g) => add(s, square(g)), state.sumOfSquares, updates)
      return [treeMap((g, s) => divideByRootOrZero(g, s, eps), updates, sumOfSquares), { sumOfSquares }]
    },
  })
}
