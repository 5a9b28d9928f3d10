import { clipByValue, mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { lossErrors } from './loss-errors.ts'

/** Options of `huberLoss`. */
export interface HuberLossOptions {
  /** The error from which on the loss grows as a line, above 0. 1 unless given. */
  readonly delta?: number
}

/**
 * Half the square of small errors, a line for large ones (Huber 1964), so that outliers pull no harder than `delta`.
 *
 * `½ e²` for `|e| ≤ delta`, `delta (|e| - ½ delta)` above, with `e = predictions - targets`. `logCosh` is a smooth cousin.
 *
 * Memory: borrows its arguments; the result is new. The gradient is `e` clipped to `[-delta, delta]`.
 *
 * @param predictions - Float32, any shape.
 * @param targets - The same shape; zeros unless given.
 * @param options - `delta`.
 * @returns Float32, the same shape.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; `SHAPE_MISMATCH`: it does not broadcast.
 *
 * @example
 * ```ts
 * import { huberLoss } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(huberLoss(tf.tensor1d([1, -4]), tf.zeros([2]), { delta: 2 }).arraySync()) // → [ 0.5, 6 ]
 * ```
 */
export function huberLoss(predictions: Tensor, targets?: Tensor, { delta = 1 }: HuberLossOptions = {}): Tensor {
  checkHyperparameters('huberLoss', 'above 0', { delta })
  return tidy(() => {
    const errors = lossErrors('huberLoss', predictions, targets)
    // With c the clipped error, both cases are c (e - c/2): no condition, and a NaN in e stays one.
    const clipped = clipByValue(errors, -delta, delta)
    return mul(clipped, sub(errors, mul(clipped, 0.5)))
  })
}
