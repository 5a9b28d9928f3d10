import { div, greater, mul, onesLike, where } from '@tensorflow/tfjs-core'
import { checkNumber } from './check-number.ts'
import type { GradientTransformation } from './gradient-transformation.ts'
import { checkPer, normPer, type Per } from './per.ts'
import type { EmptyState } from './state.ts'
import { statelessWithTreeMap } from './stateless.ts'

/**
 * Gives each example's, channel's or map's gradient the same L2 norm: `u = g · norm / ‖g‖₂`; a gradient of zeros stays zero.
 * Where `clipNormPer` only cuts, this also lifts what is small, noise included.
 *
 * Shapes: `[batch, ...positions, channels]`, rank 2 or more, float32, of sizes whose squares float32 holds (1e-18 to
 * 1e18). State: none. Needs `params`: no. NaN stays NaN. Memory: borrows, the result is new.
 *
 * @param per - What has a norm of its own.
 * @param norm - The norm that each gets, above 0; 1 by default.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `SHAPE_MISMATCH` for rank 0 or 1.
 *
 * @example
 * ```ts
 * import { normalizeNormPer } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = normalizeNormPer('example', 10).update(tf.tensor2d([[3, 4], [0, 0.5]]), {})
 * console.log(updates.arraySync()) // → [ [ 6, 8 ], [ 0, 10 ] ]
 * ```
 */
export function normalizeNormPer(per: Per, norm = 1): GradientTransformation<EmptyState> {
  checkPer('normalizeNormPer', per)
  checkNumber('normalizeNormPer', 'norm', norm, norm > 0 && norm < Number.POSITIVE_INFINITY, 'finite and above 0')
  return statelessWithTreeMap((g) => {
    const found = normPer('normalizeNormPer', per, g)
    return mul(g, div(norm, where(greater(found, 0), found, onesLike(found))))
  })
}
