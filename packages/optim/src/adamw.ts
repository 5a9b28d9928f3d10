import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAdamOptions, type ScaleByAdamState, scaleByAdam } from './scale-by-adam.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adamw`. */
export interface AdamwOptions extends ScaleByAdamOptions, DecoupledWeightDecayOptions {}

/** The state of `adamw`: the moments, then those of weight decay and learning rate. */
export type AdamwState = readonly [ScaleByAdamState, ScaleByScheduleState, ScaleByScheduleState]

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2).
 *
 * `u_t = -learningRate(t) · (m̂_t / (√(v̂_t + epsRoot) + eps) + weightDecay · params)`. In `adam` behind
 * `addDecayedWeights` the decay would be divided by the root of the second moment too. As in optax and PyTorch the
 * learning rate multiplies the decay; in the paper only its schedule does.
 *
 * `weightDecay` is 1e-4 unless given, as in optax; PyTorch has 1e-2.
 *
 * State: count and two moments; the counts of weight decay and learning rate. Needs `params`: yes.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAdam`, `weightDecay` and `mask`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adamw } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = adamw(0.1, { weightDecay: 0.5, mask: (path) => path.endsWith('kernel') })
 * const optimizer = createOptimizer(tx, { kernel: tf.scalar(2), bias: tf.scalar(2) })
 * optimizer.minimize(({ kernel, bias }) => tf.add(kernel, bias)).dispose()
 * console.log(optimizer.params.kernel.arraySync().toFixed(3), optimizer.params.bias.arraySync().toFixed(3)) // → 1.800 1.900
 * ```
 */
export function adamw(learningRate: number | Schedule, options: AdamwOptions = {}): GradientTransformation<AdamwState> {
  const { weightDecay = 1e-4, mask, ...moments } = options
  return inTheNameOf('adamw', () =>
    chain(scaleByAdam(moments), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
  )
}
