import { add, mul } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { tidyResult } from './tidy-result.ts'
import type { Tree } from './tree.ts'
import { treeMap } from './tree-map.ts'

/**
 * `stepSize · newTensors + (1 - stepSize) · oldTensors`, leaf by leaf: a running average of parameters (Polyak), or the
 * slow network of a pair.
 *
 * Memory: borrows both; the result is new.
 *
 * @param newTensors - Where to go.
 * @param oldTensors - Where from; gives the structure.
 * @param stepSize - How far, in [0, 1]: 1 copies `newTensors`.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a step outside [0, 1]; `STRUCTURE_MISMATCH`.
 *
 * @example
 * ```ts
 * import { incrementalUpdate } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(incrementalUpdate(tf.scalar(8), tf.scalar(4), 0.25).arraySync()) // → 5
 * ```
 */
export function incrementalUpdate<P extends Tree>(newTensors: Tree, oldTensors: P, stepSize: number): P {
  if (!(stepSize >= 0 && stepSize <= 1)) {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `incrementalUpdate: \`stepSize\` must be in [0, 1], got ${stepSize}.`,
    )
  }
  return tidyResult([newTensors, oldTensors], () =>
    treeMap((old, next) => add(mul(next, stepSize), mul(old, 1 - stepSize)), oldTensors, newTensors),
  )
}
