import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { type ScaleByRssOptions, type ScaleByRssState, scaleByRss } from './scale-by-rss.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adagrad`. */
export type AdagradOptions = ScaleByRssOptions

/** The state of `adagrad`: that of `scaleByRss`, then that of the learning rate. */
export type AdagradState = readonly [ScaleByRssState, ScaleByScheduleState]

/**
 * Adagrad: steps that shrink with all the gradient an element has seen; for sparse gradients (Duchi et al. 2011).
 *
 * `u_t = -learningRate(t) · g_t / √(Σ g² + initialAccumulatorValue + eps)`; see `scaleByRss`.
 *
 * State: the sums; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByRss`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adagrad } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adagrad(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.831
 * ```
 */
export function adagrad(
  learningRate: number | Schedule,
  options: AdagradOptions = {},
): GradientTransformation<AdagradState> {
  return inTheNameOf('adagrad', () => chain(scaleByRss(options), scaleByLearningRate(learningRate)))
}
