import { div, greater, mul, onesLike, sqrt, square, sum, type Tensor, where } from '@tensorflow/tfjs-core'

/**
 * A gradient, times the one number that gives it the L2 norm of another, over the whole tensor: `b · ‖a‖₂ / ‖b‖₂`. For whoever
 * writes a transformation that moves gradient and is not to change how much of it there is, as `rescale: 'preserve-norm'`
 * of `gate` and of `accelerate`; `normalizeNormPer` is for a norm that is given.
 *
 * Shapes: any two, float32. Where `changed` is zero altogether it stays zero, without NaN. NaN in either shows. Memory:
 * borrows both, leaves its intermediate tensors to the scope around it; the result is new. No value is read back.
 *
 * @param original - The gradient `a`, whose norm is wanted.
 * @param changed - The gradient `b`, whose direction is.
 *
 * @example
 * ```ts
 * import { withNormOf } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(withNormOf(tf.tensor1d([3, 4]), tf.tensor1d([0, 2])).arraySync()) // → [ 0, 5 ]
 * ```
 */
export function withNormOf(original: Tensor, changed: Tensor): Tensor {
  const before = sum(square(original))
  const after = sum(square(changed))
  // A gradient of zeros, or one that was shut off everywhere, has no norm to scale by: 0/0 would make NaN of it.
  return mul(changed, where(greater(after, 0), sqrt(div(before, after)), onesLike(after)))
}
