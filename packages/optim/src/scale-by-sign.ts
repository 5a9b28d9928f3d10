import { type EmptyState, type GradientTransformation, statelessWithTreeMap } from '@gg/core'
import { signKeepingNan } from './sign-keeping-nan.ts'

/**
 * Replaces each element by its sign: `u = sign(g)`, 0 for 0 and NaN for NaN.
 *
 * The heart of `signSgd` (Bernstein et al. 2018). At a feature site it keeps the direction of every gradient and
 * forgets all sizes.
 *
 * State: none. Needs `params`: no.
 *
 * @example
 * ```ts
 * import { scaleBySign } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = scaleBySign().update(tf.tensor1d([0.3, 0, -7]), {})
 * console.log(updates.arraySync()) // → [ 1, 0, -1 ]
 * ```
 */
export function scaleBySign(): GradientTransformation<EmptyState> {
  return statelessWithTreeMap(signKeepingNan)
}
