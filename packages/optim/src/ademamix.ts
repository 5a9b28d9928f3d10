import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAdemamixOptions, type ScaleByAdemamixState, scaleByAdemamix } from './scale-by-ademamix.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `ademamix`. */
export interface AdemamixOptions extends ScaleByAdemamixOptions, DecoupledWeightDecayOptions {}

/** The state of `ademamix`: the moments, then those of weight decay and learning rate. */
export type AdemamixState = readonly [ScaleByAdemamixState, ScaleByScheduleState, ScaleByScheduleState]

/**
 * AdamW with a second, slow mean of gradients: AdEMAMix (Pagliardini et al. 2024, algorithm 1).
 *
 * `u_t = -learningRate(t) · ((m̂1 + alpha · m2) / (√(ν̂ + epsRoot) + eps) + weightDecay · params)`. For long runs, tens of
 * thousands of steps; for short ones take `b3` 0.999 or less, and warm `alpha` and `b3` up with schedules.
 *
 * `alpha` is 5 and `weightDecay` 0 unless given, as in optax.
 *
 * State: count and three moments; the counts of weight decay and learning rate. Needs `params`: if `weightDecay` is
 * not 0.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByAdemamix`, `weightDecay` and `mask`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { ademamix } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(ademamix(0.01), { x: tf.scalar(3) })
 * for (let i = 0; i < 5; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(4)) // → 2.9499
 * ```
 */
export function ademamix(
  learningRate: number | Schedule,
  options: AdemamixOptions = {},
): GradientTransformation<AdemamixState> {
  const { weightDecay = 0, mask, alpha = 5, ...rest } = options
  return inTheNameOf('ademamix', () =>
    chain(
      scaleByAdemamix({ ...rest, alpha }),
      addDecayedWeights(weightDecay, mask === undefined ? {} : { mask }),
      scaleByLearningRate(learningRate),
    ),
  )
}
