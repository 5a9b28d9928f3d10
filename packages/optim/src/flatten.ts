import {
  fusedKernel,
  type GradientTransformation,
  gradientTransformation,
  type State,
  type Tree,
  treeLeaves,
  treeUnflatten,
} from '@gg/core'
import { concat, reshape, split, type Tensor } from '@tensorflow/tfjs-core'

/**
 * Lays all leaves end to end in one vector for the inner transformation, and cuts its updates up again: for many small
 * weights on a backend where each operation costs more than its numbers do.
 *
 * For transformations that treat every number alike, such as `adam`, the updates are the same. Those that look at the
 * shape of a leaf (`lamb`, `clipByBlockRms`, `muon`, a mask of biases) see one leaf without a name; put them outside.
 *
 * State: that of the inner transformation for one vector. Needs `params`: if the inner transformation does.
 * Memory: a copy of updates and parameters while it runs. On WASM import `@gg/wasm-kernels/register`: the stock backend
 * copies the whole vector for each leaf that is cut from it.
 *
 * @param inner - Gets a float32 vector in place of a tree (an empty record for a tree without leaves).
 *
 * @example
 * ```ts
 * import { adam, flatten } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = flatten(adam(0.1))
 * const params = { kernel: tf.zeros([2, 3]), bias: tf.zeros([3]) }
 * const [updates, [{ mu }]] = tx.update(params, tx.init(params))
 * console.log(updates.kernel.shape, updates.bias.shape, mu.shape) // → [ 2, 3 ] [ 3 ] [ 9 ]
 * ```
 */
export function flatten<S extends State>(inner: GradientTransformation<S>): GradientTransformation<S> {
  return gradientTransformation<S>({
    init: (params) => inner.init(oneVector(params)),
    update: (updates, state, params, extra) => {
      const flatParams = params === undefined ? undefined : oneVector(params)
      const [vector, next] = inner.update(oneVector(updates), state, flatParams, extra)
      return [cutUp(vector, updates), next]
    },
  })
}

function oneVector(tree: Tree): Tree {
  const leaves = treeLeaves(tree)
  if (leaves.length === 0) return {}
  const flat = (): Tensor => concat(leaves.map((leaf) => (leaf.rank === 1 ? leaf : reshape(leaf, [leaf.size]))))
  const [vector] = fusedKernel('GgFlatten', Object.fromEntries(leaves.entries()), {}, () => [flat()])
  return vector as Tensor
}

function cutUp<U extends Tree>(vector: Tree, like: U): U {
  const leaves = treeLeaves(like)
  const [flat] = treeLeaves(vector)
  if (flat === undefined) return like
  const cut = (): Tensor[] => {
    const parts = split(
      flat,
      leaves.map((leaf) => leaf.size),
    )
    return leaves.map((leaf, i) => (leaf.rank === 1 ? (parts[i] as Tensor) : reshape(parts[i] as Tensor, leaf.shape)))
  }
  return treeUnflatten(like, fusedKernel('GgUnflatten', Object.fromEntries([flat, ...leaves].entries()), {}, cut))
}
