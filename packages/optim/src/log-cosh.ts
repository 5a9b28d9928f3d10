import { add, mul, softplus, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { lossErrors } from './loss-errors.ts'

/**
 * `log cosh e` with `e = predictions - targets`: about `½ e²` for small errors and `|e| - log 2` for large ones, smooth
 * everywhere, where `huberLoss` has a kink in its slope.
 *
 * Memory: borrows its arguments; the result is new. Large errors do no harm. The gradient is `tanh e`.
 *
 * @param predictions - Float32, any shape.
 * @param targets - The same shape; zeros unless given.
 * @returns Float32, the same shape, right to about 1e-7 in absolute terms.
 * @throws GradientTransformationError `SHAPE_MISMATCH`: it does not broadcast.
 *
 * @example
 * ```ts
 * import { logCosh } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(logCosh(tf.tensor1d([1, -100])).arraySync().map((x) => x.toFixed(4))) // → [ '0.4338', '99.3069' ]
 * ```
 */
export function logCosh(predictions: Tensor, targets?: Tensor): Tensor {
  return tidy(() => {
    const errors = lossErrors('logCosh', predictions, targets)
    return sub(add(errors, softplus(mul(errors, -2))), Math.LN2)
  })
}
