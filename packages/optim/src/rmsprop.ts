import { chain, type EmptyState, type GradientTransformation, identity, type Schedule } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { type ScaleByRmsOptions, type ScaleByRmsState, scaleByRms } from './scale-by-rms.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { scaleByStddev } from './scale-by-stddev.ts'
import { type TraceState, trace } from './trace.ts'

/** Options of `rmsprop`. */
export interface RmspropOptions extends ScaleByRmsOptions {
  /** Divide by the standard deviation instead of the root mean square. `false` unless given. */
  readonly centered?: boolean
  /** How much of the past steps stays, in [0, 1]. No momentum, and no memory for it, unless given. */
  readonly momentum?: number
  /** Nesterov's momentum. `false` unless given; without `momentum` it has no effect. */
  readonly nesterov?: boolean
}

/** The state of `rmsprop`: that of `scaleByRms` or `scaleByStddev`, of the learning rate, and of the momentum. */
export type RmspropState = readonly [ScaleByRmsState | ScaleByAdamState, ScaleByScheduleState, TraceState | EmptyState]

/**
 * RMSProp: gradients divided by the root of the running mean of their squares (Hinton 2012, lecture 6e; centered: Graves
 * 2013).
 *
 * `u_t = -learningRate(t) · g_t / √(nu_t + eps)`, then momentum; see `scaleByRms` and `scaleByStddev`. As in optax eps stands
 * under the root and the momentum sums up steps. PyTorch has decay 0.99 and eps beside the root (`epsInSqrt: false`); tfjs'
 * `tf.train.rmsprop` starts from 0 too.
 *
 * State: moments, count, and the trace if there is momentum. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByRms`, centering and momentum.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { rmsprop } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(rmsprop(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.467
 * ```
 */
export function rmsprop(
  learningRate: number | Schedule,
  options: RmspropOptions = {},
): GradientTransformation<RmspropState> {
  const { centered = false, momentum, nesterov = false, ...rest } = options
  if (momentum !== undefined) checkHyperparameters('rmsprop', 'in [0, 1]', { momentum })
  return inTheNameOf('rmsprop', () => {
    const normalize: GradientTransformation<ScaleByRmsState | ScaleByAdamState> = centered
      ? scaleByStddev(rest)
      : scaleByRms(rest)
    const accumulate: GradientTransformation<TraceState | EmptyState> =
      momentum === undefined ? identity() : trace(momentum, { nesterov })
    return chain(normalize, scaleByLearningRate(learningRate), accumulate)
  })
}
