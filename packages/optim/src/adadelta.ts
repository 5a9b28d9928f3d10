import { chain, type GradientTransformation, type Mask, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByAdadeltaOptions, type ScaleByAdadeltaState, scaleByAdadelta } from './scale-by-adadelta.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adadelta`. */
export interface AdadeltaOptions extends ScaleByAdadeltaOptions {
  /** The part of the parameters that is added to the gradient (L2 regularization); a number or a schedule. 0 unless given. */
  readonly weightDecay?: number | Schedule
  /** `true` for the leaves that decay; all of them unless given. */
  readonly weightDecayMask?: Mask
}

/** The state of `adadelta`: those of weight decay, of `scaleByAdadelta` and of the learning rate. */
export type AdadeltaState = readonly [ScaleByScheduleState, ScaleByAdadeltaState, ScaleByScheduleState]

/**
 * Adadelta: steps in the units of the parameters, without a learning rate (Zeiler 2012).
 *
 * `u_t = -learningRate(t) · √(eX_(t-1) + eps) / √(eG_t + eps) · (g_t + weightDecay · params)`; see `scaleByAdadelta`. The paper
 * has no learning rate: pass 1. tfjs' `tf.train.adadelta` has rho 0.95.
 *
 * State: two means; the counts of weight decay and learning rate. Needs `params`: if there is weight decay.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates. 1 is the paper's.
 * @param options - Those of `scaleByAdadelta`, `weightDecay` and `weightDecayMask`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adadelta } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adadelta(1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.994
 * ```
 */
export function adadelta(
  learningRate: number | Schedule,
  options: AdadeltaOptions = {},
): GradientTransformation<AdadeltaState> {
  const { weightDecay = 0, weightDecayMask, ...rest } = options
  return inTheNameOf('adadelta', () =>
    chain(
      addDecayedWeights(weightDecay, { mask: weightDecayMask }),
      scaleByAdadelta(rest),
      scaleByLearningRate(learningRate),
    ),
  )
}
