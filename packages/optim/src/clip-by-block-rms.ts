import { type EmptyState, type GradientTransformation, statelessWithTreeMap } from '@gg/core'
import { div, maximum } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { rootMeanSquare } from './root-mean-square.ts'

/**
 * Shortens the update of each leaf whose root mean square exceeds a limit: `u = g / max(1, √(mean(g²)) / threshold)`
 * (Shazeer & Stern 2018, section 6).
 *
 * Each leaf by itself, unlike with `clipByGlobalNorm`. NaN in a leaf makes that leaf NaN.
 *
 * State: none. Needs `params`: no.
 *
 * @param threshold - The greatest root mean square that is left, above 0, in units of the gradient.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { clipByBlockRms } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = clipByBlockRms(2).update({ w: tf.tensor1d([4, -4]), b: tf.scalar(1) }, {})
 * console.log(updates.w.arraySync(), updates.b.arraySync()) // → [ 2, -2 ] 1
 * ```
 */
export function clipByBlockRms(threshold: number): GradientTransformation<EmptyState> {
  checkHyperparameters('clipByBlockRms', 'above 0', { threshold })
  return statelessWithTreeMap((g) => div(g, maximum(div(rootMeanSquare(g), threshold), 1)))
}
