import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAdamOptions, type ScaleByAdamState, scaleByAdam } from './scale-by-adam.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adam`. */
export type AdamOptions = ScaleByAdamOptions

/** The state of `adam`: the moments, then that of the learning rate. */
export type AdamState = readonly [ScaleByAdamState, ScaleByScheduleState]

/**
 * Adam: steps of about the learning rate in each coordinate, whatever the scale of the gradient (Kingma & Ba 2015).
 *
 * `u_t = -learningRate(t) · m̂_t / (√(v̂_t + epsRoot) + eps)`; see `scaleByAdam` for the moments. For weight decay use
 * `adamw`. The defaults are those of optax and PyTorch; tfjs' `tf.train.adam` has eps 1e-7.
 *
 * State: count and two moments; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates. 1e-3 is the paper's.
 * @param options - Those of `scaleByAdam`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adam } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adam(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.800
 * ```
 */
export function adam(learningRate: number | Schedule, options: AdamOptions = {}): GradientTransformation<AdamState> {
  return inTheNameOf('adam', () => chain(scaleByAdam(options), scaleByLearningRate(learningRate)))
}
