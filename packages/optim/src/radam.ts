import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { type ScaleByRadamOptions, scaleByRadam } from './scale-by-radam.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `radam`. */
export type RadamOptions = ScaleByRadamOptions

/** The state of `radam`: that of `scaleByRadam`, then that of the learning rate. */
export type RadamState = readonly [ScaleByAdamState, ScaleByScheduleState]

/**
 * RAdam: Adam that begins as momentum and warms up by itself (Liu et al. 2020).
 *
 * `u_t = -learningRate(t) · r_t · m̂_t / (√(v̂_t + epsRoot) + eps)` once `r_t` exists, before that
 * `u_t = -learningRate(t) · m̂_t`; see `scaleByRadam`.
 *
 * State: count and two moments; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByRadam`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { radam } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(radam(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 1.863
 * ```
 */
export function radam(learningRate: number | Schedule, options: RadamOptions = {}): GradientTransformation<RadamState> {
  return inTheNameOf('radam', () => chain(scaleByRadam(options), scaleByLearningRate(learningRate)))
}
