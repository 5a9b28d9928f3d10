import { div, exp, mul, square, type Tensor } from '@tensorflow/tfjs-core'
import type { AccelerationShape } from './acceleration-shape.ts'
import { checkFinite } from './check-finite.ts'
import { withFormula } from './shape-formula.ts'

/**
 * The bell `s(x) = height · exp(-x² / c)`: accelerates around 0 and lets saturation be. For activations that saturate on
 * both sides; `shiftedSigmoid` is for those that do on one.
 *
 * The paper (Hahn and Choi 2018) says "exponential" for tanh and gives no constant. `c = 4` is fitted to its figure, with
 * a residual of at most 0.011; public code has `c = 3`.
 *
 * @param c - The square of the width times 2, above 0, in units of the activation's input squared; 4 by default.
 * @param height - `s(0)`, finite; 1 by default.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { gaussian } from '@gg/gaaf'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log([...gaussian().value(tf.tensor1d([0, 1, 4])).dataSync()].map((s) => s.toFixed(4)).join(' ')) // → 1.0000 0.7788 0.0183
 * ```
 */
export function gaussian(c = 4, height = 1): AccelerationShape {
  checkFinite('gaussian', 'c', c, c > 0, 'a finite number above 0')
  checkFinite('gaussian', 'height', height)
  const value = (x: Tensor): Tensor => {
    const bell = exp(div(square(x), -c))
    return height === 1 ? bell : mul(bell, height)
  }
  return withFormula({ value, derivative: (x) => mul(value(x), mul(x, -2 / c)) }, ['gaussian', -1 / c, height])
}
