import type { Schedule } from '@gg/core'
import { polynomial } from './polynomial-schedule.ts'

/** Options of `linearSchedule`. */
export interface LinearScheduleOptions {
  /** `I`, the value up to `transitionBegin`. */
  readonly initValue: number
  /** `E`, the value from the end of the transition on. */
  readonly endValue: number
  /** `T`, the length of the transition in updates, above 0. */
  readonly transitionSteps: number
  /** `B`, the count at which it begins, 0 or above; 0 unless given. */
  readonly transitionBegin?: number
}

/**
 * Goes from one value to another along a line: the usual warm-up, or a decay to zero.
 *
 * `I + (E - I)(t - B)/T` for `B ≤ t ≤ B + T`, constant before and after: `polynomialSchedule` with power 1.
 *
 * Deviates from optax in that a length of 0 or less is an error, where optax holds the initial value.
 *
 * @param options - Values and lengths in updates.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a length of 0 or less, or a negative begin.
 *
 * @example
 * ```ts
 * import { linearSchedule } from '@gg/optim'
 *
 * const schedule = linearSchedule({ initValue: 0, endValue: 1, transitionSteps: 4 })
 * console.log([0, 1, 2, 3, 4, 5].map(schedule)) // → [ 0, 0.25, 0.5, 0.75, 1, 1 ]
 * ```
 */
export function linearSchedule(options: LinearScheduleOptions): Schedule {
  return polynomial('linearSchedule', { ...options, power: 1 })
}
