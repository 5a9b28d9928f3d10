import { disposeTree, namedLeaves, type Tree, treeUnflatten } from '@gg/core'
import { customGrad, engine, type GradSaveFunc, scalar, type Tensor, tidy, zerosLike } from '@tensorflow/tfjs-core'

/**
 * Makes a function that keeps its inputs alone for the backward pass, and computes its insides once more when they are
 * needed (gradient checkpointing; Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
 *
 * The gradient is exactly the same, bit for bit on the same backend; a step takes one more forward pass of `f`. Put it
 * around a block of layers whose insides are large beside its inputs, such as a residual block.
 *
 * All that `f` is differentiated with respect to must be in `inputs`: tensors of the closure are taken for constants.
 * `f` must return the same both times, so give dropout a seed and keep statistics of a batch out. Feature sites within
 * `f` act as usual: their gradient is computed once.
 *
 * Shapes: any tree of tensors in, one float32 tensor out. State: none. Memory: borrows its inputs; the result is new.
 *
 * @param f - A deterministic function of a tree of tensors.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import { checkpoint } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const block = checkpoint(({ x, w }: { x: tf.Tensor; w: tf.Tensor }) => tf.sigmoid(tf.mul(tf.square(x), w)))
 * const loss = (w: tf.Tensor) => tf.sum(block({ x: tf.scalar(3), w })) as tf.Scalar
 * console.log(valueAndGrad(loss)(tf.scalar(0)).grads.arraySync()) // → 2.25
 * ```
 */
export function checkpoint<P extends Tree, T extends Tensor>(f: (inputs: P) => T): (inputs: P) => T {
  return (inputs) => {
    const leaves = namedLeaves(inputs).map(([, leaf]) => leaf)
    const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
      // customGrad appends the saver to the inputs, which its type does not tell apart.
      const save = args.at(-1) as GradSaveFunc
      const given = args.slice(0, -1) as Tensor[]
      save(given)
      return {
        value: tidy(() => f(treeUnflatten(inputs, given))),
        gradFunc: (dy: T, saved: Tensor[]) => gradientsOf((again) => f(treeUnflatten(inputs, again)), saved, dy),
      }
    })
    return tidy('checkpoint', () => node(...leaves) as T)
  }
}

/** The gradients of a function that is run now, on a tape of its own. */
function gradientsOf<T extends Tensor>(
  f: (inputs: readonly Tensor[]) => T,
  inputs: readonly Tensor[],
  dy: T,
): Tensor[] {
  const { state } = engine()
  const outer = state.activeTape
  try {
    const float = inputs.filter(({ dtype }) => dtype === 'float32')
    const { value, grads } = engine().gradients(() => tidy(() => f(inputs)), float, dy, true)
    value.dispose()
    const found: readonly (Tensor | undefined)[] = grads
    // Whole numbers, such as labels, have no gradient, and are not asked for one.
    return inputs.map((leaf) => {
      if (leaf.dtype !== 'float32') return scalar(0)
      return found[float.indexOf(leaf)] ?? zerosLike(leaf)
    })
  } catch (error) {
    // tfjs disposes what the tape saved after a backward pass that succeeds, and only then.
    if (state.gradientDepth === 0) for (const node of state.activeTape ?? []) disposeTree(node.saved ?? null)
    throw error
  } finally {
    // A backward pass ends with no tape at all, but this one runs within another's. (The type knows no undefined.)
    Object.assign(state, { activeTape: outer })
  }
}
