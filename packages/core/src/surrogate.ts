import { abs, add, div, mul, square, type Tensor } from '@tensorflow/tfjs-core'
import { checkNumber } from './check-number.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { withGradient } from './with-gradient.ts'

/** Options of `surrogate`. */
export interface SurrogateOptions {
  /** `'fastSigmoid'` (default), `'arctan'`, or a function of the input that returns the derivative. */
  readonly derivative?: 'fastSigmoid' | 'arctan' | ((x: Tensor) => Tensor)
  /**
   * How fast the derivative falls off with the distance from 0, above 0, per unit of the input: 25 by default for
   * `'fastSigmoid'`, 2 for `'arctan'`, the defaults of snnTorch. A function of your own has no use for it.
   */
  readonly slope?: number
}

/**
 * A function that jumps, such as the spike of a neuron, with a smooth derivative in place of its own:
 * `y = f(x)`, `∂L/∂x = ∂L/∂y ⊙ d(x)`, where `d` is largest at the jump at 0.
 *
 *     fastSigmoid   d(x) = 1 / (1 + slope · |x|)²                               (Zenke and Ganguli 2018)
 *     arctan        d(x) = slope/2 / (1 + (π/2 · slope · x)²)                   (Fang et al. 2021)
 *
 * `straightThrough` is the special case of `d = 1`. Put the jump at 0: `spike(sub(potential, threshold))`.
 *
 * Shapes: `f` keeps the shape; float32. NaN shows. Memory: the function borrows its argument, the result is new.
 *
 * @param f - The function, such as tfjs' `step`.
 * @param options - The derivative and its slope.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from the function as `straightThrough`.
 *
 * @example
 * ```ts
 * import { surrogate, valueAndGrad } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const spike = surrogate((x) => tf.step(x), { derivative: 'fastSigmoid', slope: 1 })
 * const { value, grads } = valueAndGrad((x: tf.Tensor) => tf.sum(spike(x)) as tf.Scalar)(tf.tensor1d([-1, 0, 1]))
 * console.log(value.arraySync(), grads.arraySync()) // → 1 [ 0.25, 1, 0.25 ]
 * ```
 */
export function surrogate(
  f: (x: Tensor) => Tensor,
  { derivative = 'fastSigmoid', slope = derivative === 'arctan' ? 2 : 25 }: SurrogateOptions = {},
): <T extends Tensor>(x: T) => T {
  checkNumber('surrogate', 'slope', slope, slope > 0 && slope < Number.POSITIVE_INFINITY, 'a finite number above 0')
  const d = typeof derivative === 'function' ? derivative : derivativeNamed(derivative, slope)
  return (x) => withGradient('surrogate', x, f, (dy, saved) => mul(dy, d(saved)))
}

function derivativeNamed(name: string, slope: number): (x: Tensor) => Tensor {
  if (name === 'fastSigmoid') return (x) => div(1, square(add(mul(abs(x), slope), 1)))
  if (name === 'arctan') return (x) => div(slope / 2, add(square(mul(x, (Math.PI / 2) * slope)), 1))
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `surrogate: \`derivative\` must be one of 'fastSigmoid', 'arctan' or a function, got '${name}'.`,
  )
}
