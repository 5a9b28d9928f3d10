import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { add, div, mul, sqrt } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `scaleByAdadelta`. */
export interface ScaleByAdadeltaOptions {
  /** Decay of both means, in [0, 1). 0.9 unless given; tfjs' `tf.train.adadelta` has 0.95. */
  readonly rho?: number
  /** Added under both roots; at least 0. With 0 nothing ever moves. 1e-6 unless given. */
  readonly eps?: number
}

/** The state of `scaleByAdadelta`, in the letters of its equation. */
export type ScaleByAdadeltaState = {
  /** The running mean of squared gradients. */
  readonly eG: Tree
  /** The running mean of squared updates. */
  readonly eX: Tree
}

/**
 * Divides gradients by their root mean square and multiplies them by that of past updates, so that updates have the
 * units of the parameters (Zeiler 2012, algorithm 1).
 *
 * `eG_t = rho · eG_(t-1) + (1 - rho) · g_t²`; `u_t = √(eX_(t-1) + eps) / √(eG_t + eps) · g_t`;
 * `eX_t = rho · eX_(t-1) + (1 - rho) · u_t²`.
 *
 * State: two means, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decay and eps.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByAdadelta } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByAdadelta({ rho: 0.75, eps: 1 })
 * const [updates] = tx.update(tf.scalar(4), tx.init(tf.scalar(0)))
 * console.log(updates.arraySync().toFixed(4)) // → 1.7889
 * ```
 */
export function scaleByAdadelta(options: ScaleByAdadeltaOptions = {}): GradientTransformation<ScaleByAdadeltaState> {
  const { rho = 0.9, eps = 1e-6 } = options
  checkHyperparameters('scaleByAdadelta', 'in [0, 1)', { rho })
  checkHyperparameters('scaleByAdadelta', 'at least 0', { eps })
  return gradientTransformation<ScaleByAdadeltaState>({
    init: (params) => ({ eG: zerosLikeTree(params), eX: zerosLikeTree(params) }),
    update: (updates, state) => {
      const eG = updateMoment(updates, state.eG, rho, 2)
      const scaled = treeMap(
        (g, now, before) => mul(div(sqrt(add(before, eps)), sqrt(add(now, eps))), g),
        updates,
        eG,
        state.eX,
      )
      return [scaled, { eG, eX: updateMoment(scaled, state.eX, rho, 2) }]
    },
  })
}
