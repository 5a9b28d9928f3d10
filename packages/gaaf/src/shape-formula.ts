import type { AccelerationShape } from './acceleration-shape.ts'

/**
 * Which of the known shapes one is, for kernels that compute activation and shape in one pass. With its two numbers:
 * `gaussian` has -1/c and the height, `shiftedSigmoid` the slope and slope · shift, `constant` the value and 0.
 */
export type ShapeFormula = readonly ['gaussian' | 'shiftedSigmoid' | 'constant', number, number]

// Beside the shapes and not in them: `{ ...gaussian(), value }` is another shape, and must not take the formula along.
const formulas = new WeakMap<AccelerationShape, ShapeFormula>()

/** The shape, known by its formula from now on. */
export function withFormula(shape: AccelerationShape, formula: ShapeFormula): AccelerationShape {
  formulas.set(shape, formula)
  return shape
}

/** The formula of a shape of this package; one of your own has none. */
export function formulaOf(shape: AccelerationShape): ShapeFormula | undefined {
  return formulas.get(shape)
}
