import { type EmptyState, type GradientTransformation, requireParams, stateless, treeMap } from '@gg/core'
import { maximum, mul } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { globalNorm } from './global-norm.ts'

/** Options of `scaleByParamBlockNorm`. */
export interface ScaleByParamBlockNormOptions {
  /** The least factor, at least 0. 1e-3 unless given. */
  readonly minScale?: number
}

/**
 * Multiplies the update of each leaf by the norm of its parameters: `u = g · max(‖params‖, minScale)`.
 *
 * Behind a transformation of unit size it makes steps relative; `scaleByParamBlockRms` does not grow with the number of
 * elements.
 *
 * State: none. Needs `params`: yes.
 *
 * @param options - The least factor.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { scaleByParamBlockNorm } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = scaleByParamBlockNorm().update(tf.tensor1d([1, 2]), {}, tf.tensor1d([3, 4]))
 * console.log(updates.arraySync()) // → [ 5, 10 ]
 * ```
 */
export function scaleByParamBlockNorm(options: ScaleByParamBlockNormOptions = {}): GradientTransformation<EmptyState> {
  const { minScale = 1e-3 } = options
  checkHyperparameters('scaleByParamBlockNorm', 'at least 0', { minScale })
  return stateless((updates, params) =>
    treeMap(
      (g, p) => mul(g, maximum(globalNorm(p), minScale)),
      updates,
      requireParams('scaleByParamBlockNorm', params),
    ),
  )
}
