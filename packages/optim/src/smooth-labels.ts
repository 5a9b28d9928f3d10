import { add, mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'

/**
 * Moves one-hot labels a little towards the uniform distribution: `(1 - alpha) · labels + alpha / classes` (Szegedy et
 * al. 2016, section 7), against networks that are too sure of themselves.
 *
 * Memory: borrows its argument; the result is new.
 *
 * @param labels - Float32, `[..., classes]`, non-negative, with a sum of 1 over the last axis.
 * @param alpha - How much of the way, in [0, 1].
 * @returns Float32, the shape of `labels`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { smoothLabels } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(smoothLabels(tf.tensor1d([1, 0]), 0.5).arraySync()) // → [ 0.75, 0.25 ]
 * ```
 */
export function smoothLabels(labels: Tensor, alpha: number): Tensor {
  checkHyperparameters('smoothLabels', 'in [0, 1]', { alpha })
  return tidy(() => add(mul(labels, 1 - alpha), alpha / (labels.shape.at(-1) ?? 1)))
}
