import type { Tensor } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'

/** Which axes of a weight are the rows and columns of its matrix; the others count a batch of matrices. */
export interface MuonDimensionNumbers {
  /** The axes that a layer sums over: its inputs. Negative ones count from the end. 0 unless given. */
  readonly reductionAxis?: number | readonly number[]
  /** The axes of a layer's outputs. 1 unless given. */
  readonly outputAxis?: number | readonly number[]
}

/** The matrix of each leaf, or `undefined` for a leaf that is not treated as one. */
export type WeightDimensionNumbers = (path: string, leaf: Tensor) => MuonDimensionNumbers | undefined

/** The axes of a weight in the order `batch, reduction, output`, with the sizes of the three. */
export interface MatrixLayout {
  readonly order: readonly number[]
  /** `[batch, fanIn, fanOut]`. */
  readonly shape: readonly [number, number, number]
}

/** Where the matrices of a weight are. `name` is the function that speaks in errors. */
export function matrixLayout(name: string, leaf: Tensor, dimensionNumbers: MuonDimensionNumbers): MatrixLayout {
  const { reductionAxis = 0, outputAxis = 1 } = dimensionNumbers
  const normalized = (axes: number | readonly number[]): readonly number[] =>
    (typeof axes === 'number' ? [axes] : axes).map((axis) => (axis < 0 ? axis + leaf.rank : axis))
  const reduction = normalized(reductionAxis)
  const output = normalized(outputAxis)
  const chosen = [...reduction, ...output]
  const valid = chosen.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < leaf.rank)
  const expected = `different axes of a tensor of shape [${leaf.shape}]`
  checkArgument(
    valid && new Set(chosen).size === chosen.length,
    name,
    'weightDimensionNumbers',
    expected,
    `[${chosen}]`,
  )
  const batch = leaf.shape.map((_, axis) => axis).filter((axis) => !chosen.includes(axis))
  const size = (axes: readonly number[]): number => axes.reduce((product, axis) => product * (leaf.shape[axis] ?? 1), 1)
  return { order: [...batch, ...chosen], shape: [size(batch), size(reduction), size(output)] }
}
