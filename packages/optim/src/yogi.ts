import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { type ScaleByYogiOptions, scaleByYogi } from './scale-by-yogi.ts'

/** Options of `yogi`. */
export type YogiOptions = ScaleByYogiOptions

/** The state of `yogi`: that of `scaleByYogi`, then that of the learning rate. */
export type YogiState = readonly [ScaleByAdamState, ScaleByScheduleState]

/**
 * Yogi: Adam whose second moment moves by steps that do not depend on its own size (Zaheer et al. 2018).
 *
 * `u_t = -learningRate(t) · m̂_t / (√(v̂_t + epsRoot) + eps)`; see `scaleByYogi`. The paper's learning rate is 1e-2.
 *
 * State: count and two moments; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByYogi`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { yogi } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(yogi(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.800
 * ```
 */
export function yogi(learningRate: number | Schedule, options: YogiOptions = {}): GradientTransformation<YogiState> {
  return inTheNameOf('yogi', () => chain(scaleByYogi(options), scaleByLearningRate(learningRate)))
}
