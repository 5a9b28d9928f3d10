import { type Tensor, tidy } from '@tensorflow/tfjs-core'
import { fusedKernel } from './fused-kernel.ts'
import type { Tree } from './tree.ts'
import { treeUnflatten } from './tree-leaves.ts'
import { treeMap } from './tree-map.ts'

/** What `fusedTreeMap` computes of each leaf. */
export interface LeafKernel {
  /** `Gg…` by convention. */
  readonly name: string
  /** Numbers, strings and booleans that the kernel reads, by name. */
  readonly attrs: Parameters<typeof fusedKernel>[2]
  /** How many new tensors come of a leaf. */
  readonly results: number
  /** Makes what all leaves share, and gives the function of one leaf, out of tfjs' operations. */
  readonly plain: () => (...leaves: Tensor[]) => Tensor[]
}

/**
 * Maps trees to trees leaf by leaf, all leaves in one call of the kernel `name` where it is registered, and through
 * `plain` where it is not. Where `treeMap` calls operations of tfjs for each leaf, some 7 µs each whatever its size,
 * this pays for one call.
 *
 * The kernel gets the leaves as inputs `0`, `1`, ...: the first leaf of each tree, then the second of each; its results
 * are in the same order. See `fusedKernel` for who registers it.
 *
 * Memory: the results are new tensors of the caller's; what `plain` makes on the way is disposed leaf by leaf.
 *
 * @param kernel - Its name, its attributes, and what it computes.
 * @param tree - The tree whose structure and shapes the results have.
 * @param rest - Trees of the same structure.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH` if the trees have not one structure.
 *
 * @example
 * ```ts
 * import { fusedTreeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const weights = { kernel: tf.tensor1d([1, 2]), bias: tf.scalar(4) }
 * const plain = () => (x: tf.Tensor) => [tf.div(x, 2), tf.sign(x)]
 * const [half, sign] = fusedTreeMap({ name: 'GgHalfAndSign', attrs: {}, results: 2, plain }, weights)
 * console.log(half?.kernel.arraySync(), half?.bias.arraySync(), sign?.bias.arraySync()) // → [ 0.5, 1 ] 2 1
 * ```
 */
export function fusedTreeMap<U extends Tree>(
  { name, attrs, results, plain }: LeafKernel,
  tree: U,
  ...rest: readonly Tree[]
): U[] {
  const inputs: Tensor[] = []
  treeMap(
    (leaf, ...others) => {
      inputs.push(leaf, ...others)
      return leaf
    },
    tree,
    ...rest,
  )
  if (inputs.length === 0) return Array.from({ length: results }, () => tree)
  const reads = rest.length + 1
  const byLeaf = (): Tensor[] => {
    const ofLeaf = plain()
    const leaves = Array.from({ length: inputs.length / reads }, (_, i) => inputs.slice(i * reads, (i + 1) * reads))
    // Each leaf's own intermediates go at once: WASM memory never shrinks, so the peak of a step is there to stay.
    return leaves.flatMap((leaf) => tidy(() => ofLeaf(...leaf)))
  }
  const outputs = fusedKernel(name, Object.fromEntries(inputs.entries()), attrs, byLeaf)
  return Array.from({ length: results }, (_, k) =>
    treeUnflatten(
      tree,
      outputs.filter((_, i) => i % results === k),
    ),
  )
}
