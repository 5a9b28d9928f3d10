import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { type ScaleBySm3State, scaleBySm3 } from './scale-by-sm3.ts'

/** Options of `sm3`. */
export interface Sm3Options {
  /** Decay of the momentum, in [0, 1). 0.9 unless given. */
  readonly momentum?: number
}

/** The state of `sm3`: that of `scaleBySm3`, then that of the learning rate. */
export type Sm3State = readonly [ScaleBySm3State, ScaleByScheduleState]

/**
 * SM3: Adagrad with momentum in little memory, for large embeddings (Anil et al. 2019).
 *
 * `u_t = -learningRate(t) · (momentum · ū_(t-1) + (1 - momentum) · g_t / √(s_t + eps))`; see `scaleBySm3` for `s_t`. optax
 * takes no schedule here.
 *
 * State: accumulators for each axis, momentum; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - `momentum`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { sm3 } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(sm3(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.974
 * ```
 */
export function sm3(learningRate: number | Schedule, options: Sm3Options = {}): GradientTransformation<Sm3State> {
  const { momentum = 0.9 } = options
  checkHyperparameters('sm3', 'in [0, 1)', { momentum })
  return inTheNameOf('sm3', () => chain(scaleBySm3({ b1: momentum }), scaleByLearningRate(learningRate)))
}
