import { chain, type GradientTransformation } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { type ScaleByRmsState, scaleByRms } from './scale-by-rms.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { type ScheduleFreeOptions, type ScheduleFreeState, scheduleFree } from './schedule-free.ts'
import { warmupConstantSchedule } from './warmup-constant-schedule.ts'

/** Options of `scheduleFreeAdamw`. */
export interface ScheduleFreeAdamwOptions extends ScheduleFreeOptions {
  /** The length of a linear warm-up in updates, above 0; none unless given. */
  readonly warmupSteps?: number
  /** Decay of the mean of squared gradients, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** The part of the parameters that is added to the update, before the learning rate. 0 unless given. */
  readonly weightDecay?: number
}

/** The state of `scheduleFreeAdamw`. */
export type ScheduleFreeAdamwState = ScheduleFreeState<
  readonly [ScaleByRmsState, ScaleByScheduleState, ScaleByScheduleState]
>

/**
 * `scheduleFree` around AdamW without its first moment (Defazio et al. 2024): no decay of the learning rate.
 *
 * Evaluate at `scheduleFreeEvalParams(state, params)`.
 *
 * State: as `scheduleFree`: two tensors for each parameter, as many as `adamw`. Needs `params`: yes.
 *
 * @param learningRate - At least 0. 0.0025 unless given.
 * @param options - Warm-up, second moment, weight decay, and those of `scheduleFree`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { scheduleFreeAdamw } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(scheduleFreeAdamw(0.1), { x: tf.scalar(4) })
 * optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 3.900
 * ```
 */
export function scheduleFreeAdamw(
  learningRate = 0.0025,
  { warmupSteps, b2 = 0.999, eps = 1e-8, weightDecay = 0, ...options }: ScheduleFreeAdamwOptions = {},
): GradientTransformation<ScheduleFreeAdamwState> {
  return inTheNameOf('scheduleFreeAdamw', () => {
    const rate =
      warmupSteps === undefined
        ? learningRate
        : warmupConstantSchedule({ initValue: 0, peakValue: learningRate, warmupSteps })
    const base = chain(
      scaleByRms({ decay: b2, eps, epsInSqrt: false, biasCorrection: true }),
      addDecayedWeights(weightDecay),
      scaleByLearningRate(rate),
    )
    return scheduleFree(base, rate, options)
  })
}
