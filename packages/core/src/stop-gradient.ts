import { type Tensor, zerosLike } from '@tensorflow/tfjs-core'
import { identityWithGradient } from './transform-gradient.ts'

/**
 * The identity forward, and zeros on the way back: what is computed from the result does not train what came before.
 * tfjs has no such operation. As a transformation it is `setToZero`.
 *
 * Shapes: any; float32. Memory: borrows `features`, the result is new.
 *
 * @param features - A value to be taken as given.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for features that are not float32.
 *
 * @example
 * ```ts
 * import { stopGradient, valueAndGrad } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = (x: tf.Tensor) => tf.mul(x, stopGradient(x)) as tf.Scalar
 * const { value, grads } = valueAndGrad(loss)(tf.scalar(3))
 * console.log(value.arraySync(), grads.arraySync()) // → 9 3
 * ```
 */
export function stopGradient<T extends Tensor>(features: T): T {
  return identityWithGradient('stopGradient', features, (dy) => zerosLike(dy))
}
