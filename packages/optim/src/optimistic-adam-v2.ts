import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAdamOptions, type ScaleByAdamState, scaleByAdam } from './scale-by-adam.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import {
  type ScaleByOptimisticGradientOptions,
  type ScaleByOptimisticGradientState,
  scaleByOptimisticGradient,
} from './scale-by-optimistic-gradient.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `optimisticAdamV2`. */
export interface OptimisticAdamV2Options extends ScaleByAdamOptions, ScaleByOptimisticGradientOptions {}

/** The state of `optimisticAdamV2`: those of the moments, of the last direction and of the learning rate. */
export type OptimisticAdamV2State = readonly [ScaleByAdamState, ScaleByOptimisticGradientState, ScaleByScheduleState]

/**
 * Adam that expects its direction to go on changing as it last did: for adversarial networks and other games, where
 * Adam circles (Daskalakis et al. 2018, algorithm 1).
 *
 * With `r_t` the direction of `scaleByAdam`: `u_t = -learningRate(t) · ((alpha + beta) · r_t - beta · r_(t-1))`. As in optax
 * `nesterov` is `true` unless given; the paper has plain Adam.
 *
 * State: count, two moments and the last direction; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAdam` and of `scaleByOptimisticGradient`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { optimisticAdamV2 } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(optimisticAdamV2(0.1, { nesterov: false }), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.800
 * ```
 */
export function optimisticAdamV2(
  learningRate: number | Schedule,
  options: OptimisticAdamV2Options = {},
): GradientTransformation<OptimisticAdamV2State> {
  const { alpha = 1, beta = 1, ...rest } = options
  return inTheNameOf('optimisticAdamV2', () =>
    chain(
      scaleByAdam({ nesterov: true, ...rest }),
      scaleByOptimisticGradient({ alpha, beta }),
      scaleByLearningRate(learningRate),
    ),
  )
}
