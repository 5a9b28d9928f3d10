import { type EmptyState, type GradientTransformation, requireParams, stateless, treeMap } from '@gg/core'
import { add, div, equal, logicalOr, maximum, mul, onesLike, where } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { globalNorm } from './global-norm.ts'

/** Options of `scaleByTrustRatio`. */
export interface ScaleByTrustRatioOptions {
  /** Norms below count as this, at least 0. 0 unless given. */
  readonly minNorm?: number
  /** Multiplies the ratio, above 0. 1 unless given. */
  readonly trustCoefficient?: number
  /** Added to the norm of the update, at least 0. 0 unless given. */
  readonly eps?: number
}

/**
 * Gives the update of each layer the length of the layer's parameters (You et al. 2017).
 *
 * For each leaf `u = g · trustCoefficient · ‖params‖ / (‖g‖ + eps)`; where either norm is 0, `u = g`, so that a layer of
 * zeros can leave them. The step of `lamb`, `lars` and `fromage`.
 *
 * State: none. Needs `params`: yes.
 *
 * @param options - Coefficient and terms against division by zero.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { scaleByTrustRatio } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = scaleByTrustRatio().update(tf.tensor1d([3, 4]), {}, tf.tensor1d([0, 10]))
 * console.log(updates.arraySync()) // → [ 6, 8 ]
 * ```
 */
export function scaleByTrustRatio(options: ScaleByTrustRatioOptions = {}): GradientTransformation<EmptyState> {
  const { minNorm = 0, trustCoefficient = 1, eps = 0 } = options
  checkHyperparameters('scaleByTrustRatio', 'at least 0', { minNorm, eps })
  checkHyperparameters('scaleByTrustRatio', 'above 0', { trustCoefficient })
  return stateless((updates, params) =>
    treeMap(
      (g, p) => {
        const paramNorm = maximum(globalNorm(p), minNorm)
        const updateNorm = maximum(globalNorm(g), minNorm)
        const ratio = div(mul(paramNorm, trustCoefficient), add(updateNorm, eps))
        const stuck = logicalOr(equal(paramNorm, 0), equal(updateNorm, 0))
        return mul(g, where(stuck, onesLike(ratio), ratio))
      },
      updates,
      requireParams('scaleByTrustRatio', params),
    ),
  )
}
