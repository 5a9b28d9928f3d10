import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAdanOptions, type ScaleByAdanState, scaleByAdan } from './scale-by-adan.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adan`. */
export interface AdanOptions extends ScaleByAdanOptions, DecoupledWeightDecayOptions {}

/** The state of `adan`: that of `scaleByAdan`, then those of weight decay and learning rate. */
export type AdanState = readonly [ScaleByAdanState, ScaleByScheduleState, ScaleByScheduleState]

/**
 * Adan: adaptive Nesterov momentum from gradients and their differences (Xie et al. 2022).
 *
 * `u_t = -learningRate(t) · ((m̂_t + e · v̂_t) / (√(n̂_t + epsRoot) + eps) + weightDecay · params)`; see `scaleByAdan`, also for
 * where optax and the paper part. The paper divides by `1 + learningRate · weightDecay` instead of adding the decay.
 * `epsRoot` is 1e-8 and `weightDecay` 0 unless given; the authors' code has 0.02 in its examples.
 *
 * State: count and four trees; the counts of weight decay and learning rate. Needs `params`: if there is weight decay.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAdan`, `weightDecay` and `mask`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adan } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adan(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.800
 * ```
 */
export function adan(learningRate: number | Schedule, options: AdanOptions = {}): GradientTransformation<AdanState> {
  const { weightDecay = 0, mask, ...rest } = options
  return inTheNameOf('adan', () =>
    chain(
      scaleByAdan({ epsRoot: 1e-8, ...rest }),
      addDecayedWeights(weightDecay, { mask }),
      scaleByLearningRate(learningRate),
    ),
  )
}
