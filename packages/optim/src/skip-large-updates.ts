import { type Tree, treeLeaves } from '@gg/core'
import { addN, less, logicalNot, type Scalar, scalar, square, sum, tidy } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import type { SkipDecision } from './multi-steps.ts'

/** What `skipLargeUpdates` finds. */
export type SkipLargeUpdatesDecision = SkipDecision & {
  /** The squared Euclidean norm of all updates, a float32 scalar. */
  readonly normSquared: Scalar
}

/**
 * Tells `multiSteps` to leave out a mini-step whose gradients are too long, or have a NaN.
 *
 * Memory: the function it returns borrows the updates; the scalars are new. Nothing is read back from the backend.
 *
 * @param maxSquaredNorm - The squared norm of all gradients together from which on they are left out, above 0.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { skipLargeUpdates } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const { shouldSkip, normSquared } = skipLargeUpdates(20)({ w: tf.tensor1d([3, 4]) })
 * console.log(shouldSkip.arraySync(), normSquared.arraySync()) // → 1 25
 * ```
 */
export function skipLargeUpdates(maxSquaredNorm: number): (updates: Tree) => SkipLargeUpdatesDecision {
  checkHyperparameters('skipLargeUpdates', 'above 0', { maxSquaredNorm })
  return (updates) =>
    tidy(() => {
      const squares = treeLeaves(updates).map((leaf) => sum<Scalar>(square(leaf)))
      const normSquared = squares.length === 0 ? scalar(0) : (addN(squares) as Scalar)
      // Not "at least the maximum": a NaN is to be left out too.
      return { shouldSkip: logicalNot(less<Scalar>(normSquared, maxSquaredNorm)), normSquared }
    })
}
