import { type Tree, treeLeaves } from '@gg/core'
import { addN, equal, mul, type Scalar, scalar, sum } from '@tensorflow/tfjs-core'

/**
 * Whether no number of a tree is NaN or infinite, as a bool scalar. `0 · x` is 0 for a finite `x` and NaN for any other,
 * so one sum for each leaf tells, at half the work of a comparison of each number.
 */
export function allFinite(tree: Tree): Scalar {
  const zeros = treeLeaves(tree).map((leaf) => sum<Scalar>(mul(leaf, 0)))
  return zeros.length === 0 ? scalar(true, 'bool') : equal(addN(zeros), 0)
}
