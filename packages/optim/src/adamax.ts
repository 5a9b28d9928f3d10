import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { type ScaleByAdamaxOptions, scaleByAdamax } from './scale-by-adamax.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adamax`. */
export type AdamaxOptions = ScaleByAdamaxOptions

/** The state of `adamax`: that of `scaleByAdamax`, then that of the learning rate. */
export type AdamaxState = readonly [ScaleByAdamState, ScaleByScheduleState]

/**
 * AdaMax: Adam with the infinity norm, which takes the greatest gradient of late for the typical one (Kingma & Ba 2015,
 * algorithm 2).
 *
 * `u_t = -learningRate(t) · m̂_t / nu_t`; see `scaleByAdamax`. The paper's learning rate is 2e-3. tfjs' `tf.train.adamax` has
 * eps 1e-7.
 *
 * State: count, mean and maximum; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAdamax`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adamax } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adamax(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.802
 * ```
 */
export function adamax(
  learningRate: number | Schedule,
  options: AdamaxOptions = {},
): GradientTransformation<AdamaxState> {
  return inTheNameOf('adamax', () => chain(scaleByAdamax(options), scaleByLearningRate(learningRate)))
}
