import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import {
  type ScaleByOptimisticGradientOptions,
  type ScaleByOptimisticGradientState,
  scaleByOptimisticGradient,
} from './scale-by-optimistic-gradient.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `optimisticGradientDescent`. */
export type OptimisticGradientDescentOptions = ScaleByOptimisticGradientOptions

/** The state of `optimisticGradientDescent`: those of the last gradient and of the learning rate. */
export type OptimisticGradientDescentState = readonly [ScaleByOptimisticGradientState, ScaleByScheduleState]

/**
 * Gradient descent that expects the gradient to go on changing as it last did: for games and saddle points (Mokhtari et
 * al. 2020).
 *
 * `u_t = -learningRate(t) · ((alpha + beta) · g_t - beta · g_(t-1))`; see `scaleByOptimisticGradient`.
 *
 * State: the last gradient; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByOptimisticGradient`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { optimisticGradientDescent } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(optimisticGradientDescent(0.25), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 1.500
 * ```
 */
export function optimisticGradientDescent(
  learningRate: number | Schedule,
  options: OptimisticGradientDescentOptions = {},
): GradientTransformation<OptimisticGradientDescentState> {
  return inTheNameOf('optimisticGradientDescent', () =>
    chain(scaleByOptimisticGradient(options), scaleByLearningRate(learningRate)),
  )
}
