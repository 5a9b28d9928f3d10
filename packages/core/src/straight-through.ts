import { abs, cast, lessEqual, mul, type Tensor } from '@tensorflow/tfjs-core'
import { checkNumber } from './check-number.ts'
import { withGradient } from './with-gradient.ts'

/** Options of `straightThrough`. */
export interface StraightThroughOptions {
  /**
   * Gradient passes where `|x|` is at most this; everywhere by default, as in the source. With 1 it is the saturating
   * estimator of binary networks (Hubara et al. 2016), which lets units rest that are far from their switch.
   */
  readonly within?: number
}

/**
 * A function that has no useful gradient, such as rounding or the sign, with that of the identity in its place: the
 * straight-through estimator, `y = f(x)`, `∂L/∂x = ∂L/∂y` (Hinton 2012; Bengio et al. 2013).
 *
 * An operation of the forward pass and not a transformation, since `f` itself would let nothing through. `surrogate` weighs
 * the gradient by the distance from a threshold.
 *
 * Shapes: `f` keeps the shape; float32. Memory: the function borrows its argument, the result is new.
 *
 * @param f - Any function of a tensor, made of operations with or without gradients.
 * @param options - `within`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from the function: `INVALID_ARGUMENT` for a tensor that is not
 *   float32, `SHAPE_MISMATCH` where `f` returns another shape or dtype.
 *
 * @example
 * ```ts
 * import { straightThrough, valueAndGrad } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const rounded = straightThrough(tf.round)
 * const { value, grads } = valueAndGrad((x: tf.Tensor) => tf.sum(tf.square(rounded(x))) as tf.Scalar)(tf.tensor1d([0.7, 1.8]))
 * console.log(value.arraySync(), grads.arraySync()) // → 5 [ 2, 4 ]
 * ```
 */
export function straightThrough(
  f: (x: Tensor) => Tensor,
  { within = Number.POSITIVE_INFINITY }: StraightThroughOptions = {},
): <T extends Tensor>(x: T) => T {
  checkNumber('straightThrough', 'within', within, within > 0, 'above 0')
  const backward = (dy: Tensor, x: Tensor): Tensor =>
    within === Number.POSITIVE_INFINITY ? dy : mul(dy, cast(lessEqual(abs(x), within), 'float32'))
  return (x) => withGradient('straightThrough', x, f, backward)
}
