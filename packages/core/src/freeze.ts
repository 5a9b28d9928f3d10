import type { GradientTransformation } from './gradient-transformation.ts'
import { type Mask, masked } from './masked.ts'
import { setToZero } from './set-to-zero.ts'
import type { EmptyState } from './state.ts'

/**
 * Zeros the updates of the chosen leaves, so that they keep their values. Put it last in a chain: a transformation
 * behind it that adds something of its own, such as weight decay, would move them again.
 *
 * State: none. Needs `params`: no.
 *
 * @param mask - `true` for the leaves that stay as they are.
 *
 * @example
 * ```ts
 * import { freeze } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = freeze({ encoder: true, head: false }).update({ encoder: tf.scalar(2), head: tf.scalar(3) }, {})
 * console.log(updates.encoder.arraySync(), updates.head.arraySync()) // → 0 3
 * ```
 */
export function freeze(mask: Mask): GradientTransformation<EmptyState> {
  return masked(setToZero(), mask)
}
