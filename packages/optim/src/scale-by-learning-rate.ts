import type { GradientTransformation, Schedule } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { type ScaleByScheduleState, scaleBySchedule } from './scale-by-schedule.ts'

/** Options of `scaleByLearningRate`. */
export interface ScaleByLearningRateOptions {
  /** Multiply by `-learningRate`, so that adding the update descends. `true` unless given. */
  readonly flipSign?: boolean
}

/**
 * Multiplies updates by the learning rate and turns them downhill: `u_t = -learningRate(t) · g_t`.
 *
 * The one place in a chain where the sign changes: everything before it carries gradients, everything behind it carries
 * steps that `applyUpdates` adds.
 *
 * State: the count. It is kept for a plain number too, where optax keeps nothing: a run saved under a number can then
 * go on under a schedule. `scale(-learningRate)` has no state. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - `flipSign: false` keeps the sign, for ascent.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByLearningRate } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByLearningRate(0.25)
 * const [updates] = tx.update(tf.tensor1d([4, -8]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync()) // → [ -1, 2 ]
 * ```
 */
export function scaleByLearningRate(
  learningRate: number | Schedule,
  { flipSign = true }: ScaleByLearningRateOptions = {},
): GradientTransformation<ScaleByScheduleState> {
  checkHyperparameters('scaleByLearningRate', 'at least 0', { learningRate })
  const sign = flipSign ? -1 : 1
  return scaleBySchedule((count) => sign * (typeof learningRate === 'number' ? learningRate : learningRate(count)))
}
