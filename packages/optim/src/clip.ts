import { type EmptyState, type GradientTransformation, statelessWithTreeMap } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { clamp } from './clamp.ts'

/**
 * Cuts each element off at a limit: `u = min(max(g, -maxDelta), maxDelta)`.
 *
 * It changes the direction, which `clipByGlobalNorm` does not. NaN stays NaN.
 *
 * State: none. Needs `params`: no.
 *
 * @param maxDelta - The greatest absolute value that is left, at least 0, in units of the gradient.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { clip } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = clip(1).update(tf.tensor1d([0.5, -3, Number.NaN]), {})
 * console.log(updates.arraySync()) // → [ 0.5, -1, NaN ]
 * ```
 */
export function clip(maxDelta: number): GradientTransformation<EmptyState> {
  checkHyperparameters('clip', 'at least 0', { maxDelta })
  return statelessWithTreeMap((g) => clamp(g, -maxDelta, maxDelta))
}
