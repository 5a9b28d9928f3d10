import { type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import { type PerLeaf, resolvePerLeaf } from './prefix-tree.ts'
import type { State } from './state.ts'
import { children, isLeaf, joinPath, type Tree } from './tree.ts'
import { namedLeaves } from './tree-leaves.ts'
import { treeMapWithPath } from './tree-map.ts'

/** Which leaves to treat: `true` for those, as a tree (or a prefix of one) or as a function of path and tensor. */
export type Mask = PerLeaf<boolean>

/**
 * Applies a transformation to some of the leaves; the others pass unchanged. Weight decay without biases is the usual
 * case. To send each leaf to one of several transformations, use `partition`.
 *
 * State: that of the inner transformation; where a leaf is masked out it has an empty record in place of a tensor.
 * Needs `params`: if the inner transformation does.
 *
 * @param inner - Gets trees in which empty records stand for the leaves that are masked out.
 * @param mask - `true` where `inner` applies. A tree is matched against the updates; a function is asked at each update.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH`, naming the path at which the mask and the tree part.
 *
 * @example
 * ```ts
 * import { masked, setToZero } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = masked(setToZero(), (path) => path.endsWith('bias'))
 * const params = { kernel: tf.scalar(1), bias: tf.scalar(1) }
 * const [updates] = tx.update({ kernel: tf.scalar(2), bias: tf.scalar(3) }, tx.init(params))
 * console.log(updates.kernel.arraySync(), updates.bias.arraySync()) // → 2 0
 * ```
 */
export function masked<S extends State>(inner: GradientTransformation<S>, mask: Mask): GradientTransformation<S> {
  return maskedBy(inner, (tree) => {
    const chosen = resolvePerLeaf('masked', 'mask', mask, tree)
    return (path) => chosen.get(path) === true
  })
}

/** `masked` for a choice that is made of the whole tree. */
export function maskedBy<S extends State>(
  inner: GradientTransformation<S>,
  choose: (tree: Tree) => (path: string) => boolean,
): GradientTransformation<S> {
  return gradientTransformation<S>({
    init: (params) => inner.init(prune(params, choose(params))),
    update: (updates, state, params, extra) => {
      const chosen = choose(updates)
      const pruned = params === undefined ? undefined : prune(params, chosen)
      const [part, next] = inner.update(prune(updates, chosen), state, pruned, extra)
      const changed = new Map(namedLeaves(part))
      return [treeMapWithPath((path, leaf) => changed.get(path) ?? leaf, updates), next]
    },
  })
}

function prune(tree: Tree, keep: (path: string) => boolean, path = ''): Tree {
  if (isLeaf(tree)) return keep(path) ? tree : {}
  const entries = children(tree).map(([name, child]) => [name, prune(child, keep, joinPath(path, name))] as const)
  return Array.isArray(tree) ? entries.map(([, child]) => child) : Object.fromEntries(entries)
}
