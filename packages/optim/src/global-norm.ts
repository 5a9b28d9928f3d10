import { type Tree, treeLeaves } from '@gg/core'
import { addN, type Scalar, scalar, sqrt, square, sum, tidy } from '@tensorflow/tfjs-core'

/**
 * The Euclidean norm of all leaves of a tree taken as one long vector: `√(Σ leaf²)`.
 *
 * Memory: borrows the tree; the scalar is new. Nothing is read back from the backend.
 *
 * @param tree - Any tree of float32 tensors. Without leaves the norm is 0.
 *
 * @example
 * ```ts
 * import { globalNorm } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(globalNorm({ w: tf.tensor1d([1, 2]), b: tf.scalar(2) }).arraySync()) // → 3
 * ```
 */
export function globalNorm(tree: Tree): Scalar {
  return tidy(() => {
    const squares = treeLeaves(tree).map((leaf) => sum<Scalar>(square(leaf)))
    return squares.length === 0 ? scalar(0) : sqrt(addN(squares) as Scalar)
  })
}
