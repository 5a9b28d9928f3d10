import { div, minimum, mul } from '@tensorflow/tfjs-core'
import { checkNumber } from './check-number.ts'
import type { GradientTransformation } from './gradient-transformation.ts'
import { checkPer, normPer, type Per } from './per.ts'
import type { EmptyState } from './state.ts'
import { statelessWithTreeMap } from './stateless.ts'

/**
 * Caps the L2 norm of each example's, channel's or map's gradient: `u = g · min(1, maxNorm / ‖g‖₂)`, so that no one of them
 * outshouts the others. `clipByGlobalNorm` of `@gg/optim` has one norm for all; `normalizeNormPer` lifts small ones too.
 *
 * Shapes: `[batch, ...positions, channels]`, rank 2 or more, float32. State: none. Needs `params`: no. NaN stays NaN.
 * Memory: borrows, the result is new.
 *
 * @param per - What has a norm of its own.
 * @param maxNorm - The greatest norm that is left, above 0, in units of the gradient.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `SHAPE_MISMATCH` for rank 0 or 1.
 *
 * @example
 * ```ts
 * import { clipNormPer } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = clipNormPer('example', 2.5).update(tf.tensor2d([[3, 4], [0, 0.5]]), {})
 * console.log(updates.arraySync()) // → [ [ 1.5, 2 ], [ 0, 0.5 ] ]
 * ```
 */
export function clipNormPer(per: Per, maxNorm: number): GradientTransformation<EmptyState> {
  checkPer('clipNormPer', per)
  checkNumber('clipNormPer', 'maxNorm', maxNorm, maxNorm > 0, 'above 0')
  // Of a gradient of zeros the quotient is infinite, and the factor 1.
  return statelessWithTreeMap((g) => mul(g, minimum(div(maxNorm, normPer('clipNormPer', per, g)), 1)))
}
