import { chain, type GradientTransformation } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { type ScheduleFreeOptions, type ScheduleFreeState, scheduleFree } from './schedule-free.ts'
import { type SgdState, sgd } from './sgd.ts'
import { warmupConstantSchedule } from './warmup-constant-schedule.ts'

/** Options of `scheduleFreeSgd`. */
export interface ScheduleFreeSgdOptions extends ScheduleFreeOptions {
  /** The length of a linear warm-up in updates, above 0; none unless given. */
  readonly warmupSteps?: number
  /** The part of the parameters that is added to the gradient; 0 unless given. */
  readonly weightDecay?: number
}

/** The state of `scheduleFreeSgd`. */
export type ScheduleFreeSgdState = ScheduleFreeState<readonly [ScaleByScheduleState, SgdState]>

/**
 * `scheduleFree` around `sgd` (Defazio et al. 2024): no decay of the learning rate, no momentum to tune.
 *
 * Evaluate at `scheduleFreeEvalParams(state, params)`.
 *
 * State: as `scheduleFree`: one tensor for each parameter. Needs `params`: yes.
 *
 * @param learningRate - At least 0. 1 unless given.
 * @param options - Warm-up, weight decay, and those of `scheduleFree`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { scheduleFreeEvalParams, scheduleFreeSgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(scheduleFreeSgd(0.5, { warmupSteps: 4 }), { x: tf.scalar(4) })
 * for (let i = 0; i < 20; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(Math.abs(scheduleFreeEvalParams(optimizer.state, optimizer.params).x.arraySync()) < 0.1) // → true
 * ```
 */
export function scheduleFreeSgd(
  learningRate = 1,
  { warmupSteps, weightDecay = 0, ...options }: ScheduleFreeSgdOptions = {},
): GradientTransformation<ScheduleFreeSgdState> {
  return inTheNameOf('scheduleFreeSgd', () => {
    const rate =
      warmupSteps === undefined
        ? learningRate
        : warmupConstantSchedule({ initValue: 0, peakValue: learningRate, warmupSteps })
    return scheduleFree(chain(addDecayedWeights(weightDecay), sgd(rate)), rate, options)
  })
}
