import { chain, type EmptyState, type GradientTransformation, type Schedule } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { type EmaState, ema } from './ema.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { scaleBySign } from './scale-by-sign.ts'

/** Options of `signum`. */
export interface SignumOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.9 unless given. */
  readonly beta?: number
}

/** The state of `signum`: those of the mean, of the sign, which has none, and of the learning rate. */
export type SignumState = readonly [EmaState, EmptyState, ScaleByScheduleState]

/**
 * Signum: steps of the learning rate in the direction of the momentum's sign (Bernstein et al. 2018, algorithm 2).
 *
 * `m_t = beta · m_(t-1) + (1 - beta) · g_t`; `u_t = -learningRate(t) · sign(m_t)`. `lion` differs in that the new gradient
 * weighs more in the sign than in the momentum.
 *
 * State: count and mean; the count of the learning rate. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - `beta`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { signum } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(signum(0.25), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.500
 * ```
 */
export function signum(
  learningRate: number | Schedule,
  { beta = 0.9 }: SignumOptions = {},
): GradientTransformation<SignumState> {
  checkHyperparameters('signum', 'in [0, 1)', { beta })
  return inTheNameOf('signum', () =>
    chain(ema(beta, { debias: false }), scaleBySign(), scaleByLearningRate(learningRate)),
  )
}
