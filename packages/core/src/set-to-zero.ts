import { zerosLike } from '@tensorflow/tfjs-core'
import type { GradientTransformation } from './gradient-transformation.ts'
import type { EmptyState } from './state.ts'
import { statelessWithTreeMap } from './stateless.ts'

/**
 * Replaces all updates by zeros. Within `masked` or `partition` it keeps weights as they are (see `freeze`); at a
 * feature site it stops the gradient.
 *
 * State: none. Needs `params`: no.
 *
 * @example
 * ```ts
 * import { setToZero } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = setToZero().update(tf.tensor1d([1, Number.NaN]), {})
 * console.log(updates.arraySync()) // → [ 0, 0 ]
 * ```
 */
export function setToZero(): GradientTransformation<EmptyState> {
  return statelessWithTreeMap((update) => zerosLike(update))
}
