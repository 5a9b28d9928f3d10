import type { Tensor } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { stateTensors } from './state.ts'
import type { Tree } from './tree.ts'
import { treeMap, treeMapWithPath } from './tree-map.ts'

/**
 * The leaves of a tree, in the order of its names.
 *
 * @param tree - Any tree.
 *
 * @example
 * ```ts
 * import { treeLeaves } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(treeLeaves([tf.scalar(1), { b: tf.scalar(2) }]).length) // → 2
 * ```
 */
export function treeLeaves(tree: Tree): readonly Tensor[] {
  return stateTensors(tree)
}

/**
 * The leaves of a tree with their paths, such as `['conv1/kernel', tensor]`. The path of a single tensor is empty.
 *
 * @param tree - Any tree.
 *
 * @example
 * ```ts
 * import { namedLeaves } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const params = { conv1: { kernel: tf.zeros([5, 5, 1, 6]), bias: tf.zeros([6]) } }
 * console.log(namedLeaves(params).map(([path]) => path)) // → [ 'conv1/kernel', 'conv1/bias' ]
 * ```
 */
export function namedLeaves(tree: Tree): readonly (readonly [path: string, leaf: Tensor])[] {
  return treeZip(tree).map(([path, leaf]) => [path, leaf] as const)
}

/**
 * The leaves at the same place in several trees, with their path.
 *
 * @param tree - The tree that gives the structure.
 * @param rest - Trees of the same structure.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH`, naming the path at which the trees part.
 *
 * @example
 * ```ts
 * import { treeZip } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [[path, a, b]] = treeZip({ w: tf.scalar(1) }, { w: tf.scalar(2) })
 * console.log(path, a.arraySync(), b.arraySync()) // → w 1 2
 * ```
 */
export function treeZip<R extends readonly Tree[]>(
  tree: Tree,
  ...rest: R
): (readonly [path: string, leaf: Tensor, ...rest: { readonly [K in keyof R]: Tensor }])[] {
  const rows: (readonly [string, Tensor, ...{ readonly [K in keyof R]: Tensor }])[] = []
  const collect = (path: string, leaf: Tensor, ...others: Tensor[]): Tensor => {
    // treeMapWithPath hands over one leaf for each tree of `rest`, which its own type cannot say.
    rows.push([path, leaf, ...(others as { readonly [K in keyof R]: Tensor })])
    return leaf
  }
  treeMapWithPath(collect, tree, ...rest)
  return rows
}

/**
 * Puts leaves back into the structure of a tree: the inverse of `treeLeaves`.
 *
 * @param like - The tree that gives the structure; its own leaves are not used.
 * @param leaves - As many tensors as `like` has leaves, in the same order.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH` for another number of leaves.
 *
 * @example
 * ```ts
 * import { treeUnflatten } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const like = { a: tf.scalar(0), b: tf.scalar(0) }
 * console.log(treeUnflatten(like, [tf.scalar(1), tf.scalar(2)]).b.arraySync()) // → 2
 * ```
 */
export function treeUnflatten<U extends Tree>(like: U, leaves: readonly Tensor[]): U {
  const count = treeLeaves(like).length
  if (leaves.length !== count) {
    throw new GradientTransformationError(
      'STRUCTURE_MISMATCH',
      `treeUnflatten: \`leaves\` must have as many tensors as \`like\` has leaves, ${count} tensors, got ${leaves.length}.`,
    )
  }
  const rest = leaves.values()
  return treeMap((leaf) => rest.next().value ?? leaf, like)
}
