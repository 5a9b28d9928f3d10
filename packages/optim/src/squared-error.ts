import { square, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { lossErrors } from './loss-errors.ts'

/**
 * `(predictions - targets)²`, number by number. `l2Loss` is half of it. For the mean squared error take the mean.
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
 * import { squaredError } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(squaredError(tf.tensor1d([1, 5]), tf.tensor1d([3, 4])).arraySync()) // → [ 4, 1 ]
 * ```
 */
export function squaredError(predictions: Tensor, targets?: Tensor): Tensor {
  return tidy(() => square(lossErrors('squaredError', predictions, targets)))
}
