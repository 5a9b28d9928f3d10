import type { GradientTransformation, Schedule } from '@gg/core'
import { type AdamwOptions, type AdamwState, adamw } from './adamw.ts'
import { inTheNameOf } from './in-the-name-of.ts'

/** Options of `nadamw`. */
export type NadamwOptions = Omit<AdamwOptions, 'nesterov'>

/**
 * NAdam with decoupled weight decay (Dozat 2016, Loshchilov & Hutter 2019).
 *
 * `adamw` with `nesterov: true`; see `scaleByAdam`. `weightDecay` is 1e-4 unless given.
 *
 * State: that of `adamw`. Needs `params`: yes.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `adamw`, but for `nesterov`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { nadamw } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(nadamw(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.738
 * ```
 */
export function nadamw(
  learningRate: number | Schedule,
  options: NadamwOptions = {},
): GradientTransformation<AdamwState> {
  return inTheNameOf('nadamw', () => adamw(learningRate, { ...options, nesterov: true }))
}
