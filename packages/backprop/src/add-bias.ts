import { add, clone, customGrad, reshape, sum, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core'
import { checkShape, checkTensor } from './check-arguments.ts'

/**
 * Adds a bias to each channel and keeps nothing for the backward pass; tfjs' own `add` keeps both operands, of which it
 * needs the shapes.
 *
 *     y = x + b      ∂L/∂x = ∂L/∂y      ∂L/∂b = Σ over all but the channels of ∂L/∂y
 *
 * Behind a convolution this saves one feature map.
 *
 * Shapes: `[..., channels]` and `[channels]`, float32. Deterministic. Memory: borrows its arguments; the result is new.
 *
 * @param x - The output of a convolution or a dense layer.
 * @param bias - One number for each channel.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import { addBias } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = (bias: tf.Tensor1D) => tf.sum(addBias(tf.ones([4, 2]), bias)) as tf.Scalar
 * console.log(valueAndGrad(loss)(tf.tensor1d([0, 1])).grads.arraySync()) // → [ 4, 4 ]
 * ```
 */
export function addBias<T extends Tensor>(x: T, bias: Tensor1D): T {
  checkTensor('addBias', 'x', x, x.rank)
  const channels = x.shape.at(-1) ?? 1
  checkTensor('addBias', 'bias', bias, 1)
  checkShape('addBias', 'bias', bias, [channels], 'a number for each channel of `x`')
  const node = customGrad((...args) => ({
    value: add(args[0] as Tensor, args[1] as Tensor),
    gradFunc: (dy: Tensor) => [clone(dy), tidy(() => sum(reshape(dy, [-1, channels]), 0))],
  }))
  // Named for those who look at the tape, as @gg/gradcheck does.
  return tidy('addBias', () => node(x, bias) as T)
}
