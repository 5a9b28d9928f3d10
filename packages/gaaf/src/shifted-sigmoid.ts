import { add, mul, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core'
import type { AccelerationShape } from './acceleration-shape.ts'
import { checkFinite } from './check-finite.ts'
import { withFormula } from './shape-formula.ts'

/**
 * The step `s(x) = σ(slope · (x + shift))`: accelerates where the input is above `-shift`, and so reaches into the dead
 * side of a ReLU. For activations that saturate on both sides there is `gaussian`.
 *
 * The paper (Hahn and Choi 2018) says "shifted sigmoid" for ReLU and gives no constants. A slope of 5 and a shift of 0.5
 * are fitted to its figure, with a residual of at most 0.011; public code has slope 1.
 *
 * @param slope - Finite; 5 by default, per unit of the activation's input.
 * @param shift - Finite; 0.5 by default, in units of the activation's input.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { shiftedSigmoid } from '@gg/gaaf'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const s = shiftedSigmoid().value(tf.tensor1d([-1, -0.5, 0, 1]))
 * console.log([...s.dataSync()].map((n) => n.toFixed(4)).join(' ')) // → 0.0759 0.5000 0.9241 0.9994
 * ```
 */
export function shiftedSigmoid(slope = 5, shift = 0.5): AccelerationShape {
  checkFinite('shiftedSigmoid', 'slope', slope)
  checkFinite('shiftedSigmoid', 'shift', shift)
  const value = (x: Tensor): Tensor => sigmoid(add(mul(x, slope), slope * shift))
  const derivative = (x: Tensor): Tensor => {
    const s = value(x)
    return mul(mul(s, sub(1, s)), slope)
  }
  return withFormula({ value, derivative }, ['shiftedSigmoid', slope, slope * shift])
}
