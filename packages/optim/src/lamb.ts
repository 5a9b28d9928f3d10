import { chain, type EmptyState, type GradientTransformation, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAdamOptions, type ScaleByAdamState, scaleByAdam } from './scale-by-adam.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { scaleByTrustRatio } from './scale-by-trust-ratio.ts'

/** Options of `lamb`. */
export interface LambOptions extends Omit<ScaleByAdamOptions, 'nesterov'>, DecoupledWeightDecayOptions {}

/** The state of `lamb`: those of `scaleByAdam`, weight decay, the trust ratio and the learning rate. */
export type LambState = readonly [ScaleByAdamState, ScaleByScheduleState, EmptyState, ScaleByScheduleState]

/**
 * LAMB: Adam whose step in each layer is as long as the layer's weights, for very large batches (You et al. 2020,
 * algorithm 2).
 *
 * `r_t = m̂_t / (√(v̂_t + epsRoot) + eps) + weightDecay · params`; `u_t = -learningRate(t) · ‖params‖ / ‖r_t‖ · r_t`, layer by
 * layer. As in optax the length of the weights is taken as it is (the paper's φ is the identity). `eps` is 1e-6 and
 * `weightDecay` 0 unless given.
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
 * import { lamb } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(lamb(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.430
 * ```
 */
export function lamb(learningRate: number | Schedule, options: LambOptions = {}): GradientTransformation<LambState> {
  const { weightDecay = 0, mask, ...rest } = options
  return inTheNameOf('lamb', () =>
    chain(
      scaleByAdam({ eps: 1e-6, ...rest }),
      addDecayedWeights(weightDecay, { mask }),
      scaleByTrustRatio(),
      scaleByLearningRate(learningRate),
    ),
  )
}
