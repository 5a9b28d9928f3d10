import type { GradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { maskedBy } from './masked.ts'
import { namedChain } from './named-chain.ts'
import { type PerLeaf, resolvePerLeaf } from './prefix-tree.ts'
import type { State } from './state.ts'
import { showPath, type Tree } from './tree.ts'

/**
 * Sends each leaf to one of several transformations by its label: one optimizer for kernels, another for biases.
 *
 * State: a record with the state of each transformation under its label. Needs `params`: if one of them does.
 *
 * @param transformations - By label. A label that no leaf bears does no harm.
 * @param labels - The label of each leaf: a tree (or a prefix of one), or a function of path and tensor.
 * @throws GradientTransformationError `INVALID_ARGUMENT` from `init` and `update` for a label without transformation;
 *   `STRUCTURE_MISMATCH`, naming the path at which the labels and the tree part.
 *
 * @example
 * ```ts
 * import { identity, partition, setToZero } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = partition({ train: identity(), stop: setToZero() }, { encoder: 'stop', head: 'train' })
 * const params = { encoder: { w: tf.scalar(1) }, head: { w: tf.scalar(1) } }
 * const [updates] = tx.update({ encoder: { w: tf.scalar(2) }, head: { w: tf.scalar(3) } }, tx.init(params))
 * console.log(updates.encoder.w.arraySync(), updates.head.w.arraySync()) // → 0 3
 * ```
 */
export function partition<S extends { readonly [label: string]: State }>(
  transformations: { readonly [K in keyof S]: GradientTransformation<S[K]> },
  labels: PerLeaf<keyof S & string>,
): GradientTransformation<S> {
  const names = Object.keys(transformations)
  const labelled = (tree: Tree): ReadonlyMap<string, string> => {
    const resolved = resolvePerLeaf<string>('partition', 'labels', labels, tree)
    for (const [path, label] of resolved) if (!names.includes(label)) throw unknownLabel(path, label, names)
    return resolved
  }
  const parts = Object.entries<GradientTransformation>(transformations).map(([label, tx]) => {
    const choose = (tree: Tree) => {
      const resolved = labelled(tree)
      return (path: string) => resolved.get(path) === label
    }
    return [label, maskedBy(tx, choose)] as const
  })
  // Each part leaves the others' leaves alone, so one after the other is the same as side by side.
  return namedChain<S>(Object.fromEntries(parts) as { readonly [K in keyof S]: GradientTransformation<S[K]> })
}

function unknownLabel(path: string, label: string, names: readonly string[]): GradientTransformationError {
  return new GradientTransformationError(
    'INVALID_ARGUMENT',
    `partition: \`labels\` must be one of ${names.map((name) => `'${name}'`).join(', ')}, got '${label}' at ` +
      `${showPath(path)}. Add a transformation for it or correct the label.`,
  )
}
