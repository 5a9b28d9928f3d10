import type { Tensor } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { isLeaf, joinPath, mapChildren, showPath, type Tree } from './tree.ts'

/**
 * Applies a function to each leaf of a tree and to the leaves at the same place in further trees, like
 * `jax.tree.map`. The result has the structure of `tree`.
 *
 * @param f - Gets the leaf of `tree` and those of `rest`, of any shapes and dtypes; what it returns is the new leaf.
 * @param tree - The tree that gives the structure.
 * @param rest - Trees of the same structure: the same names and lengths at each place.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH`, naming the path at which the trees part.
 *
 * @example
 * ```ts
 * import { treeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const params = { kernel: tf.tensor1d([1, 2]), bias: tf.scalar(3) }
 * const doubled = treeMap((leaf) => tf.mul(leaf, 2), params)
 * console.log(doubled.kernel.arraySync(), doubled.bias.arraySync()) // → [ 2, 4 ] 6
 * ```
 */
export function treeMap<U extends Tree>(
  f: (leaf: Tensor, ...rest: Tensor[]) => Tensor,
  tree: U,
  ...rest: readonly Tree[]
): U {
  return treeMapWithPath((_, leaf, ...others) => f(leaf, ...others), tree, ...rest)
}

/**
 * `treeMap` whose function also gets the path of the leaf, such as `conv1/kernel`.
 *
 * @param f - Gets the path, then the leaves. The path of a tree that is a single tensor is empty.
 * @param tree - The tree that gives the structure.
 * @param rest - Trees of the same structure.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH`, naming the path at which the trees part.
 *
 * @example
 * ```ts
 * import { treeMapWithPath } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * treeMapWithPath((path, leaf) => (console.log(path, leaf.shape), leaf), { conv1: { bias: tf.zeros([4]) } }) // → conv1/bias [ 4 ]
 * ```
 */
export function treeMapWithPath<U extends Tree>(
  f: (path: string, leaf: Tensor, ...rest: Tensor[]) => Tensor,
  tree: U,
  ...rest: readonly Tree[]
): U {
  // The one place where the type of a mapped tree is asserted: same names and lengths in, same out.
  return walk(f, '', tree, rest) as U
}

function walk(
  f: (path: string, leaf: Tensor, ...rest: Tensor[]) => Tensor,
  path: string,
  tree: Tree,
  rest: readonly Tree[],
): Tree {
  if (isLeaf(tree)) {
    for (const other of rest) if (!isLeaf(other)) throw mismatch(path, 'a tensor', other)
    return f(path, tree, ...(rest as readonly Tensor[]))
  }
  for (const other of rest) checkNode(path, tree, other)
  return mapChildren<Tree, typeof tree>(tree, (child, name) => {
    const others = rest.map((other) => childAt(other, name))
    return walk(f, joinPath(path, name), child, others)
  })
}

/** Only for names that have been checked. */
function childAt(tree: Tree, name: string): Tree {
  return (tree as { readonly [name: string]: Tree })[name] as Tree
}

function checkNode(path: string, tree: Tree, other: Tree): void {
  if (!isNode(other) || Array.isArray(other) !== Array.isArray(tree)) throw mismatch(path, describe(tree), other)
  const names = Object.keys(tree)
  const missing = names.find((name) => !Object.hasOwn(other, name))
  if (missing !== undefined) throw mismatch(joinPath(path, missing), describe(childAt(tree, missing)), undefined)
  if (Object.keys(other).length === names.length) return
  const extra = Object.keys(other).find((name) => !names.includes(name)) ?? ''
  throw mismatch(joinPath(path, extra), 'nothing', childAt(other, extra))
}

function isNode(tree: Tree | undefined): tree is readonly Tree[] | { readonly [name: string]: Tree } {
  return typeof tree === 'object' && tree !== null && !isLeaf(tree)
}

function mismatch(path: string, expected: string, found: Tree | undefined): GradientTransformationError {
  return new GradientTransformationError(
    'STRUCTURE_MISMATCH',
    `treeMap: trees must have one structure, got ${describe(found)} at ${showPath(path)} where the first tree has ` +
      `${expected}. Pass trees with the same names, such as params and their gradients.`,
  )
}

function describe(tree: Tree | undefined): string {
  if (tree === undefined || tree === null) return 'nothing'
  if (isLeaf(tree)) return `a tensor of shape [${tree.shape}]`
  if (Array.isArray(tree)) return `an array of ${tree.length}`
  return typeof tree === 'object' ? `a record of {${Object.keys(tree).join(', ')}}` : `a ${typeof tree}`
}
