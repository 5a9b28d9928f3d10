import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'
import { linearSchedule } from './linear-schedule.ts'

/** Options of `warmupConstantSchedule`. */
export interface WarmupConstantScheduleOptions {
  /** The value at count 0. */
  readonly initValue: number
  /** The value at the end of the warm-up and after it. */
  readonly peakValue: number
  /** The length of the warm-up in updates, above 0. */
  readonly warmupSteps: number
}

/**
 * A linear warm-up, then a constant.
 *
 * @param options - Values, and the length of the warm-up in updates.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a length of 0 or less.
 *
 * @example
 * ```ts
 * import { warmupConstantSchedule } from '@gg/optim'
 *
 * const schedule = warmupConstantSchedule({ initValue: 0, peakValue: 1, warmupSteps: 2 })
 * console.log([0, 1, 2, 3].map(schedule)) // → [ 0, 0.5, 1, 1 ]
 * ```
 */
export function warmupConstantSchedule({ initValue, peakValue, warmupSteps }: WarmupConstantScheduleOptions): Schedule {
  checkArgument(warmupSteps > 0, 'warmupConstantSchedule', 'warmupSteps', 'above 0', warmupSteps)
  return linearSchedule({ initValue, endValue: peakValue, transitionSteps: warmupSteps })
}
