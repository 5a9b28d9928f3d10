import { type EmptyState, type GradientTransformation, stateless, treeMap } from '@gg/core'
import { add, div, mul } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { globalNorm } from './global-norm.ts'

/** Options of `normalizeByUpdateNorm`. */
export interface NormalizeByUpdateNormOptions {
  /** The norm that all leaves together have afterwards; any finite number but 0. 1 unless given. */
  readonly scaleFactor?: number
  /** Added to the norm, at least 0. 1e-6 unless given. */
  readonly eps?: number
}

/**
 * Gives updates a fixed norm over all leaves together: `u = g · scaleFactor / (‖g‖ + eps)`.
 *
 * `clipByGlobalNorm` leaves short updates as they are; this one lengthens them.
 *
 * State: none. Needs `params`: no.
 *
 * @param options - The norm and the term against division by zero.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { normalizeByUpdateNorm } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = normalizeByUpdateNorm({ scaleFactor: 10, eps: 0 })
 * const [updates] = tx.update(tf.tensor1d([3, 4]), {})
 * console.log(updates.arraySync()) // → [ 6, 8 ]
 * ```
 */
export function normalizeByUpdateNorm(options: NormalizeByUpdateNormOptions = {}): GradientTransformation<EmptyState> {
  const { scaleFactor = 1, eps = 1e-6 } = options
  checkHyperparameters('normalizeByUpdateNorm', 'a finite number', { scaleFactor })
  checkArgument(scaleFactor !== 0, 'normalizeByUpdateNorm', 'scaleFactor', 'other than 0', scaleFactor)
  checkHyperparameters('normalizeByUpdateNorm', 'at least 0', { eps })
  return stateless((updates) => {
    const norm = add(globalNorm(updates), eps)
    return treeMap((g) => div(mul(g, scaleFactor), norm), updates)
  })
}
