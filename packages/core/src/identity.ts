import type { GradientTransformation } from './gradient-transformation.ts'
import type { EmptyState } from './state.ts'
import { stateless } from './stateless.ts'

/**
 * Hands the updates on as they are (as new tensors, as every transformation does).
 *
 * State: none. Needs `params`: no.
 *
 * @example
 * ```ts
 * import { identity } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = identity().update(tf.scalar(2), {})
 * console.log(updates.arraySync()) // → 2
 * ```
 */
export function identity(): GradientTransformation<EmptyState> {
  return stateless((updates) => updates)
}
