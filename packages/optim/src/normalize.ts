import { type EmptyState, type GradientTransformation, stateless, treeMap } from '@gg/core'
import { div } from '@tensorflow/tfjs-core'
import { globalNorm } from './global-norm.ts'

/**
 * Divides updates by the Euclidean norm of all of them: `u = g / √(Σ g²)`. The inner step of `sam`.
 *
 * Its neighbour `normalizeByUpdateNorm` adds a small number to the norm; here updates that are all zero become NaN, as
 * in optax.
 *
 * State: none. Needs `params`: no.
 *
 * @example
 * ```ts
 * import { normalize } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = normalize().update(tf.tensor1d([0, 4]), {})
 * console.log(updates.arraySync()) // → [ 0, 1 ]
 * ```
 */
export function normalize(): GradientTransformation<EmptyState> {
  return stateless((updates) => {
    const norm = globalNorm(updates)
    return treeMap((g) => div(g, norm), updates)
  })
}
