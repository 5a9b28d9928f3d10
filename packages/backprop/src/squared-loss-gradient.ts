import { mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkShape } from './check-arguments.ts'

/**
 * Where the backward pass starts: the gradient of the squared loss `ξ = ‖z - y‖²` behind an identity output,
 *
 *     ∂ξ/∂z^{L+1} = 2 (z^{L+1} - y)
 *
 * (Chih-Jen Lin). Of the sum over all numbers, with neither a mean nor a factor 1/2, as in the source.
 *
 * Shapes: both alike; float32. Deterministic. Memory: borrows its arguments; the result is new.
 *
 * @param z - The network's output.
 * @param y - What it should have been.
 * @throws GradientTransformationError `SHAPE_MISMATCH` for different shapes.
 *
 * @example
 * ```ts
 * import { squaredLossGradient } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(squaredLossGradient(tf.tensor1d([1, 2]), tf.tensor1d([0, 5])).arraySync()) // → [ 2, -6 ]
 * ```
 */
export function squaredLossGradient<T extends Tensor>(z: T, y: T): T {
  checkShape('squaredLossGradient', 'y', y, z.shape, 'the shape of `z`')
  return tidy(() => mul(sub(z, y), 2))
}
