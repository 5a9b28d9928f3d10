import { clone, engine, keep, type Scalar, type Tensor, zerosLike } from '@tensorflow/tfjs-core'
import { disposeTree } from './dispose-tree.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { type State, stateMap } from './state.ts'
import { tidyResult } from './tidy-result.ts'
import { isLeaf, showPath, type Tree } from './tree.ts'
import { namedLeaves, treeUnflatten } from './tree-leaves.ts'

/** A loss and its gradients. All tensors are new and the caller's. */
export type ValueAndGrads<P extends Tree> = {
  /** The loss, a float32 scalar. */
  readonly value: Scalar
  /** `∂loss/∂params`: the structure, shapes and dtypes of `params`. */
  readonly grads: P
}

/** A loss, its gradients, and what else the loss function returned. All tensors are new and the caller's. */
export type ValueGradsAndAux<P extends Tree, X extends State> = ValueAndGrads<P> & { readonly aux: X }

/**
 * Turns a loss function into one that also returns its gradients with respect to the first argument, as in JAX.
 *
 * A parameter that the loss does not depend on gets zeros. With `hasAux` the loss function returns a pair, and logits
 * or batch statistics come out beside the gradients without a second forward pass.
 *
 * Memory: borrows its arguments; value, gradients and aux are new, all else is disposed, also when the loss throws,
 * where tfjs by itself would keep what it had saved. In Node import `@gg/core/register-gradients` once.
 *
 * @param loss - A function of a tree of float32 tensors and any further arguments; returns a scalar, or with `hasAux`
 *   a pair of that scalar and any data with tensors in it.
 * @param options - `hasAux` for a loss that returns a pair.
 * @throws GradientTransformationError from the returned function. `INVALID_ARGUMENT`: a parameter that is not float32
 *   or stands in the tree twice, a loss that is not a scalar. `NO_GRADIENT`: an operation without a gradient, or a loss
 *   that depends on none of the parameters.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const squaredError = (params: { w: tf.Tensor }, x: tf.Tensor, y: tf.Tensor) => {
 *   const predicted = tf.mul(params.w, x)
 *   return [tf.mean(tf.squaredDifference(predicted, y)) as tf.Scalar, { predicted }] as const
 * }
 * const { value, grads, aux } = valueAndGrad(squaredError, { hasAux: true })({ w: tf.scalar(2) }, tf.scalar(3), tf.scalar(5))
 * console.log(value.arraySync(), grads.w.arraySync(), aux.predicted.arraySync()) // → 1 6 6
 * ```
 */
export function valueAndGrad<P extends Tree, A extends readonly unknown[], X extends State>(
  loss: (params: P, ...args: A) => readonly [Scalar, X],
  options: { readonly hasAux: true },
): (params: P, ...args: A) => ValueGradsAndAux<P, X>
export function valueAndGrad<P extends Tree, A extends readonly unknown[]>(
  loss: (params: P, ...args: A) => Scalar,
  options?: { readonly hasAux?: false },
): (params: P, ...args: A) => ValueAndGrads<P>
export function valueAndGrad<P extends Tree, A extends readonly unknown[], X extends State>(
  loss: (params: P, ...args: A) => Scalar | readonly [Scalar, X],
): (params: P, ...args: A) => ValueAndGrads<P> & { readonly aux?: X } {
  return (params, ...args) => {
    const named = namedLeaves(params)
    checkParams(named)
    const leaves = named.map(([, leaf]) => leaf)
    const aux: X[] = []
    const forward = (): Scalar => {
      const result = loss(params, ...args)
      // A tensor is never iterable in the way of a pair, so the shape of the result tells the two forms apart.
      const [value, extra] = Array.isArray(result) ? (result as readonly [Scalar, X]) : [result as Scalar, undefined]
      checkLoss(value)
      // The tape's scope ends before the caller sees the result: only what is kept lives on.
      if (extra !== undefined) aux.push(stateMap((leaf) => (isLeaf(leaf) ? keep(clone(leaf)) : leaf), extra))
      return value
    }
    return tidyResult([params], () => {
      try {
        const { value, grads } = differentiate(forward, leaves)
        const result = { value, grads: treeUnflatten(params, grads) }
        return aux.length > 0 ? { ...result, aux: copy(aux[0] as X) } : result
      } finally {
        // Copied above, into the scope of the caller, where they live and die like any other result.
        disposeTree(aux)
      }
    })
  }
}

function copy<X extends State>(state: X): X {
  return stateMap((leaf) => (isLeaf(leaf) ? clone(leaf) : leaf), state)
}

function differentiate(forward: () => Scalar, leaves: readonly Tensor[]): { value: Scalar; grads: Tensor[] } {
  try {
    // With `allowNoGradients`, so that a parameter that is not used gives undefined here and not an error without a name.
    const { value, grads } = engine().gradients(forward, [...leaves], undefined, true)
    const found: readonly (Tensor | null | undefined)[] = grads
    if (leaves.length > 0 && found.every((grad) => grad == null)) throw disconnected()
    return { value, grads: leaves.map((leaf, i) => found[i] ?? zerosLike(leaf)) }
  } catch (error) {
    releaseTape()
    throw explained(error)
  }
}

/** tfjs disposes what the tape saved after a backward pass that succeeds, and only then. */
function releaseTape(): void {
  const { state } = engine()
  // A gradient within a gradient: the outer one still needs its tape and comes by here itself.
  if (state.gradientDepth > 0) return
  for (const node of state.activeTape ?? []) disposeTree(node.saved ?? null)
  state.activeTape = []
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !/gradient function not found/.test(error.message)) return error
  return new GradientTransformationError(
    'NO_GRADIENT',
    `valueAndGrad: every operation of \`loss\` must have a gradient, got: ${error.message} If that is a common ` +
      "operation, no gradients are registered: import '@gg/core/register-gradients' once at the start.",
    { cause: error },
  )
}

function disconnected(): GradientTransformationError {
  return new GradientTransformationError(
    'NO_GRADIENT',
    'valueAndGrad: `loss` must depend on `params`, got a value that depends on none of them. Compute it from the ' +
      'tensors that are passed in, without reading values (dataSync) or rounding on the way.',
  )
}

function checkParams(named: readonly (readonly [string, Tensor])[]): void {
  const seen = new Map<Tensor, string>()
  for (const [path, leaf] of named) {
    const before = seen.get(leaf)
    if (leaf.dtype !== 'float32') {
      throw new GradientTransformationError(
        'INVALID_ARGUMENT',
        `valueAndGrad: \`params\` must be float32, got ${leaf.dtype} at ${showPath(path)}. ` +
          'Pass what is not trained as a further argument.',
      )
    }
    if (before !== undefined) {
      throw new GradientTransformationError(
        'INVALID_ARGUMENT',
        `valueAndGrad: \`params\` must be different tensors, got one tensor at ${showPath(before)} and ` +
          `${showPath(path)}. Keep it in one place and use it twice in the loss.`,
      )
    }
    seen.set(leaf, path)
  }
}

function checkLoss(value: Tensor): void {
  if (isLeaf(value) && value.rank === 0 && value.dtype === 'float32') return
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `valueAndGrad: \`loss\` must return a float32 scalar${isLeaf(value) ? `, got ${value.dtype} [${value.shape}]` : ''}` +
      '. Take the mean or the sum; return a pair only with { hasAux: true }.',
  )
}
