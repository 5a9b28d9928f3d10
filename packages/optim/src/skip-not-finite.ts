import { type Tree, treeLeaves } from '@gg/core'
import {
  addN,
  greater,
  isFinite as isFiniteNumber,
  logicalNot,
  type Scalar,
  scalar,
  sum,
  tidy,
} from '@tensorflow/tfjs-core'
import type { SkipDecision } from './multi-steps.ts'

/** What `skipNotFinite` finds. */
export type SkipNotFiniteDecision = SkipDecision & {
  /** How many numbers of the updates are NaN or infinite, an int32 scalar. */
  readonly numNotFinite: Scalar
}

/**
 * Tells `multiSteps` to leave out a mini-step whose gradients have a NaN or an infinity.
 *
 * Memory: borrows the updates; the scalars are new. Nothing is read back from the backend.
 *
 * @param updates - The gradients of one mini-step.
 *
 * @example
 * ```ts
 * import { skipNotFinite } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const { shouldSkip, numNotFinite } = skipNotFinite({ w: tf.tensor1d([1, Number.NaN, 1 / 0]), b: tf.scalar(1) })
 * console.log(shouldSkip.arraySync(), numNotFinite.arraySync()) // → 1 2
 * ```
 */
export function skipNotFinite(updates: Tree): SkipNotFiniteDecision {
  return tidy(() => {
    const counts = treeLeaves(updates).map((leaf) => sum<Scalar>(logicalNot(isFiniteNumber(leaf))))
    const numNotFinite = counts.length === 0 ? scalar(0, 'int32') : (addN(counts) as Scalar)
    return { shouldSkip: greater<Scalar>(numNotFinite, scalar(0, 'int32')), numNotFinite }
  })
}
