import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { type ScaleByLionOptions, type ScaleByLionState, scaleByLion } from './scale-by-lion.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `lion`. */
export interface LionOptions extends ScaleByLionOptions, DecoupledWeightDecayOptions {}

/** The state of `lion`: that of `scaleByLion`, then those of weight decay and learning rate. */
export type LionState = readonly [ScaleByLionState, ScaleByScheduleState, ScaleByScheduleState]

/**
 * Lion: the sign of momentum, found by symbolic search (Chen et al. 2023, algorithm 2).
 *
 * `u_t = -learningRate(t) · (sign(b1 · mu_(t-1) + (1 - b1) · g_t) + weightDecay · params)`; see `scaleByLion`. Choose a
 * learning rate 3 to 10 times smaller than for `adamw`. `weightDecay` is 1e-3 unless given.
 *
 * State: count and momentum; the counts of weight decay and learning rate. Needs `params`: yes.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByLion`, `weightDecay` and `mask`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { lion } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(lion(0.25, { weightDecay: 0 }), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.500
 * ```
 */
export function lion(learningRate: number | Schedule, options: LionOptions = {}): GradientTransformation<LionState> {
  const { weightDecay = 1e-3, mask, ...rest } = options
  return inTheNameOf('lion', () =>
    chain(scaleByLion(rest), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
  )
}
