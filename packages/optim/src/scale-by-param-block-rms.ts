import { type EmptyState, type GradientTransformation, requireParams, stateless, treeMap } from '@gg/core'
import { maximum, mul } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { rootMeanSquare } from './root-mean-square.ts'

/** Options of `scaleByParamBlockRms`. */
export interface ScaleByParamBlockRmsOptions {
  /** The least factor, at least 0. 1e-3 unless given. */
  readonly minScale?: number
}

/**
 * Multiplies the update of each leaf by the root mean square of its parameters:
 * `u = g · max(√(mean(params²)), minScale)`, the relative step of `adafactor` (Shazeer & Stern 2018, section 8).
 *
 * State: none. Needs `params`: yes.
 *
 * @param options - The least factor.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { scaleByParamBlockRms } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = scaleByParamBlockRms().update(tf.tensor1d([1, 2]), {}, tf.tensor1d([3, -3]))
 * console.log(updates.arraySync()) // → [ 3, 6 ]
 * ```
 */
export function scaleByParamBlockRms(options: ScaleByParamBlockRmsOptions = {}): GradientTransformation<EmptyState> {
  const { minScale = 1e-3 } = options
  checkHyperparameters('scaleByParamBlockRms', 'at least 0', { minScale })
  return stateless((updates, params) =>
    treeMap(
      (g, p) => mul(g, maximum(rootMeanSquare(p), minScale)),
      updates,
      requireParams('scaleByParamBlockRms', params),
    ),
  )
}
