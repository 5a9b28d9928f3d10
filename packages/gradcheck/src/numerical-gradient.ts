import { type Tree, treeUnflatten } from '@gg/core'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import { GradientCheckError } from './gradient-check-error.ts'
import { createObjective } from './objective.ts'

/** Options of `numericalGradient`. */
export interface NumericalGradientOptions {
  /**
   * 1: `(f(x + h) - f(x)) / h`, the definition before its limit. 2 (default): the central difference
   * `(f(x + h) - f(x - h)) / 2h`. 4: two central differences, extrapolated (Richardson 1911).
   */
  readonly order?: 1 | 2 | 4
  /**
   * `h` relative to the size of the tensor's numbers (their root mean square, or 1 where all are 0), above 0. By
   * default what balances curvature and float32 rounding: 2⁻¹¹, 2⁻⁷ and 2⁻⁴ for the orders 1, 2 and 4.
   */
  readonly step?: number
}

const defaultStep = { 1: 2 ** -11, 2: 2 ** -7, 4: 2 ** -4 }

/**
 * The gradient from its definition: each number of the inputs is moved a little, and the function is asked again.
 *
 * For looking at, and for functions that have no gradient. To judge a gradient use `checkGradient`, which chooses its
 * steps by the function's own rounding and knows how far to trust itself.
 *
 *     order 2:  ∂f/∂x_i ≈ (f(x + h·e_i) - f(x - h·e_i)) / 2h
 *     order 4:  (4·D(h/2) - D(h)) / 3, where D is the line above
 *
 * `h` is what float32 makes of it: the difference of the two numbers that were really passed. A tensor as output counts
 * as the sum of its numbers, as in `tf.grad`, summed in float64.
 *
 * Shapes: any tree of float32 tensors; the gradient has its structure. Deterministic. Memory: borrows `inputs`; the
 * result is new and the caller's. Cost: 2 calls of `f` for each number (order 1: 1, order 4: 4). Reads values.
 *
 * @param f - A function of the inputs whose value is a float32 tensor. It must be deterministic.
 * @param inputs - The point at which to differentiate.
 * @param options - The order of the formula and its step.
 * @throws GradientCheckError `INVALID_ARGUMENT` for a step that is not above 0 or inputs that are not float32;
 *   `SYNCHRONOUS_READ` on webgpu outside of browsers.
 *
 * @example
 * ```ts
 * import { numericalGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const gradient = numericalGradient((x: tf.Tensor) => tf.square(x), tf.tensor1d([1, 2, -3]))
 * console.log([...gradient.dataSync()].map((g) => g.toFixed(3))) // → [ '2.000', '4.000', '-6.000' ]
 * ```
 */
export function numericalGradient<P extends Tree>(
  f: (inputs: P) => Tensor,
  inputs: P,
  options: NumericalGradientOptions = {},
): P {
  const { order = 2, step = defaultStep[order] } = options
  if (!(step > 0 && step < Number.POSITIVE_INFINITY)) {
    throw new GradientCheckError(
      'INVALID_ARGUMENT',
      `numericalGradient: \`step\` must be a finite number above 0, got ${step}.`,
    )
  }
  const objective = createObjective('numericalGradient', f, inputs, 'ones')
  const middle = order === 1 ? objective.at() : 0
  const gradients = objective.leaves.map(({ shape, values }, leaf) => {
    const distance = step * rootMeanSquare(values)
    const at = (i: number, moved: number): readonly [x: number, y: number] => {
      const changed = values.slice()
      changed[i] = (values[i] as number) + moved
      return [changed[i] as number, objective.at(leaf, changed)]
    }
    const central = (i: number, h: number): number => {
      const [[right, ahead], [left, behind]] = [at(i, h), at(i, -h)]
      return (ahead - behind) / (right - left)
    }
    const slope = (x: number, i: number): number => {
      if (order === 2) return central(i, distance)
      if (order === 4) return (4 * central(i, distance / 2) - central(i, distance)) / 3
      const [right, ahead] = at(i, distance)
      return (ahead - middle) / (right - x)
    }
    return tensor(values.map(slope), [...shape])
  })
  return treeUnflatten(inputs, gradients)
}

/** The size of a tensor's numbers; 1 where there is none to go by. */
export function rootMeanSquare(values: Float32Array): number {
  const mean = values.reduce((total, x) => total + x * x, 0) / values.length
  return mean > 0 ? Math.sqrt(mean) : 1
}
