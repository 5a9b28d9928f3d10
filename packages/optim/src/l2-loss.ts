import { mul, square, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { lossErrors } from './loss-errors.ts'

/**
 * `½ (predictions - targets)²`, number by number, whose gradient is the error itself. `squaredError` is without the half.
 *
 * Memory: borrows its arguments; the result is new.
 *
 * @param predictions - Float32, any shape.
 * @param targets - The same shape; zeros unless given.
 * @returns Float32, the same shape.
 * @throws GradientTransformationError `SHAPE_MISMATCH`: it does not broadcast.
 *
 * @example
 * ```ts
 * import { l2Loss } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(l2Loss(tf.tensor1d([1, 5]), tf.tensor1d([3, 4])).arraySync()) // → [ 2, 0.5 ]
 * ```
 */
export function l2Loss(predictions: Tensor, targets?: Tensor): Tensor {
  return tidy(() => mul(square(lossErrors('l2Loss', predictions, targets)), 0.5))
}
