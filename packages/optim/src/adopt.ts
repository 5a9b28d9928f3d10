import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { type ScaleByAdoptOptions, scaleByAdopt } from './scale-by-adopt.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adopt`. */
export interface AdoptOptions extends ScaleByAdoptOptions {}

/** The state of `adopt`: the moments, then that of the learning rate. */
export type AdoptState = readonly [ScaleByAdamState, ScaleByScheduleState]

/**
 * ADOPT (Taniguchi et al. 2024, algorithm 2): Adam that converges for every `b2`, where Adam needs one close to 1.
 *
 * `u_t = -learningRate(t) · mu_t` with `mu_t` of `scaleByAdopt`. The first update is zero.
 *
 * State: count and two moments; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAdopt`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adopt } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adopt(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 5; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.910
 * ```
 */
export function adopt(learningRate: number | Schedule, options: AdoptOptions = {}): GradientTransformation<AdoptState> {
  return inTheNameOf('adopt', () => chain(scaleByAdopt(options), scaleByLearningRate(learningRate)))
}
