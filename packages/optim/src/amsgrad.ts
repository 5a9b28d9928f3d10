import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAmsgradOptions, type ScaleByAmsgradState, scaleByAmsgrad } from './scale-by-amsgrad.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `amsgrad`. */
export type AmsgradOptions = ScaleByAmsgradOptions

/** The state of `amsgrad`: that of `scaleByAmsgrad`, then that of the learning rate. */
export type AmsgradState = readonly [ScaleByAmsgradState, ScaleByScheduleState]

/**
 * AMSGrad: Adam whose steps never grow again, for the cases where Adam does not converge (Reddi et al. 2018).
 *
 * `u_t = -learningRate(t) · m̂_t / (√(nuMax_t + epsRoot) + eps)`; see `scaleByAmsgrad`.
 *
 * State: count and three moments; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAmsgrad`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { amsgrad } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(amsgrad(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.802
 * ```
 */
export function amsgrad(
  learningRate: number | Schedule,
  options: AmsgradOptions = {},
): GradientTransformation<AmsgradState> {
  return inTheNameOf('amsgrad', () => chain(scaleByAmsgrad(options), scaleByLearningRate(learningRate)))
}
