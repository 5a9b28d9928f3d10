import { type EmptyState, type GradientTransformation, stateless, treeMap } from '@gg/core'
import { div, less, mul, onesLike, where } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { globalNorm } from './global-norm.ts'

/**
 * Shortens updates whose norm, over all leaves together, exceeds a limit (Pascanu et al. 2013, algorithm 1).
 *
 * `u = g` where `‖g‖ < maxNorm`, else `u = g · maxNorm / ‖g‖`. The direction stays, unlike with `clip`. PyTorch's
 * `clip_grad_norm_` adds 1e-6 to the norm; here nothing is added.
 *
 * State: none. Needs `params`: no. A NaN anywhere makes the norm, and thereby every update, NaN, as in optax.
 *
 * @param maxNorm - The greatest norm that is left, above 0, in units of the gradient.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { clipByGlobalNorm } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = clipByGlobalNorm(2.5).update({ w: tf.scalar(3), b: tf.scalar(-4) }, {})
 * console.log(updates.w.arraySync(), updates.b.arraySync()) // → 1.5 -2
 * ```
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransformation<EmptyState> {
  checkHyperparameters('clipByGlobalNorm', 'above 0', { maxNorm })
  return stateless((updates) => {
    const norm = globalNorm(updates)
    // Compared, not clipped: a NaN norm is not below the limit and must go on into the factor.
    const factor = where(less(norm, maxNorm), onesLike(norm), div(maxNorm, norm))
    return treeMap((g) => mul(g, factor), updates)
  })
}
