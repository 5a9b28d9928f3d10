import { scalar, type Tensor } from '@tensorflow/tfjs-core'
import type { AccelerationShape } from './acceleration-shape.ts'
import { checkFinite } from './check-finite.ts'
import { withFormula } from './shape-formula.ts'

/**
 * The same acceleration everywhere, `s(x) = value`: gradient flows through saturated and dead units too. The control that
 * asks whether the form of the shape matters, and a shape of public code.
 *
 * @param value - Finite; 1 by default.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { accelerate, constant } from '@gg/gaaf'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const leaky = accelerate('relu', { shape: constant(0.25) })
 * console.log(leaky.derivative(tf.tensor1d([-3, 3])).dataSync().join(' ')) // → 0.25 1.25
 * ```
 */
export function constant(value = 1): AccelerationShape {
  checkFinite('constant', 'value', value)
  const everywhere = (number: number) => (): Tensor => scalar(number)
  return withFormula({ value: everywhere(value), derivative: everywhere(0) }, ['constant', value, 0])
}
