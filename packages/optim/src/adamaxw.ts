import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { type ScaleByAdamaxOptions, scaleByAdamax } from './scale-by-adamax.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adamaxw`. */
export interface AdamaxwOptions extends ScaleByAdamaxOptions, DecoupledWeightDecayOptions {}

/** The state of `adamaxw`: that of `scaleByAdamax`, then those of weight decay and learning rate. */
export type AdamaxwState = readonly [ScaleByAdamState, ScaleByScheduleState, ScaleByScheduleState]

/**
 * AdaMax with decoupled weight decay (Loshchilov & Hutter 2019).
 *
 * `u_t = -learningRate(t) · (m̂_t / nu_t + weightDecay · params)`; see `scaleByAdamax`. `weightDecay` is 1e-4 unless given.
 *
 * State: count, mean and maximum; the counts of weight decay and learning rate. Needs `params`: yes.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAdamax`, `weightDecay` and `mask`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adamaxw } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adamaxw(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.802
 * ```
 */
export function adamaxw(
  learningRate: number | Schedule,
  options: AdamaxwOptions = {},
): GradientTransformation<AdamaxwState> {
  const { weightDecay = 1e-4, mask, ...rest } = options
  return inTheNameOf('adamaxw', () =>
    chain(scaleByAdamax(rest), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
  )
}
