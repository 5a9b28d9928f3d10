import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { type ScaleByBeliefOptions, scaleByBelief } from './scale-by-belief.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adabelief`. */
export type AdabeliefOptions = ScaleByBeliefOptions

/** The state of `adabelief`: that of `scaleByBelief`, then that of the learning rate. */
export type AdabeliefState = readonly [ScaleByAdamState, ScaleByScheduleState]

/**
 * AdaBelief: long steps where the gradient is what was expected, short ones where it surprises (Zhuang et al. 2020).
 *
 * `u_t = -learningRate(t) · m̂_t / (√ŝ_t + eps)`, where `s` is the mean of squared differences between gradients and their own
 * mean; see `scaleByBelief`.
 *
 * State: count and two moments; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByBelief`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adabelief } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adabelief(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.772
 * ```
 */
export function adabelief(
  learningRate: number | Schedule,
  options: AdabeliefOptions = {},
): GradientTransformation<AdabeliefState> {
  return inTheNameOf('adabelief', () => chain(scaleByBelief(options), scaleByLearningRate(learningRate)))
}
