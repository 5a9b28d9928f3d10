import { chain, type EmptyState, type GradientTransformation, identity, type Schedule } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { type TraceState, trace } from './trace.ts'

/** Options of `sgd`. */
export interface SgdOptions {
  /** How much of the past steps stays, in [0, 1]. No momentum, and no memory for it, unless given. */
  readonly momentum?: number
  /** Nesterov's momentum. `false` unless given; without `momentum` it has no effect. */
  readonly nesterov?: boolean
}

/** The state of `sgd`: that of the momentum, then that of the learning rate. */
export type SgdState = readonly [TraceState | EmptyState, ScaleByScheduleState]

/**
 * Stochastic gradient descent (Robbins & Monro 1951), with momentum if asked for (Polyak 1964, Nesterov 1983).
 *
 * `trace_t = g_t + momentum · trace_(t-1)`; `u_t = -learningRate(t) · trace_t`.
 *
 * The learning rate multiplies the whole trace, as in optax and PyTorch; in Sutskever et al. (2013) and Keras it
 * multiplies the new gradient only, which differs when it changes. Where tfjs' `tf.train.momentum` asks for a momentum,
 * here it is an option.
 *
 * State: the trace, if there is momentum, and the count. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Momentum.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { applyUpdates } from '@gg/core'
 * import { sgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = sgd(0.25)
 * const params = tf.tensor1d([1, 2])
 * const [updates] = tx.update(tf.tensor1d([2, 4]), tx.init(params))
 * console.log(applyUpdates(params, updates).arraySync()) // → [ 0.5, 1 ]
 * ```
 */
export function sgd(learningRate: number | Schedule, options: SgdOptions = {}): GradientTransformation<SgdState> {
  const { momentum, nesterov = false } = options
  if (momentum !== undefined) checkHyperparameters('sgd', 'in [0, 1]', { momentum })
  return inTheNameOf('sgd', () => {
    const accumulate: GradientTransformation<TraceState | EmptyState> =
      momentum === undefined ? identity() : trace(momentum, { nesterov })
    return chain(accumulate, scaleByLearningRate(learningRate))
  })
}
