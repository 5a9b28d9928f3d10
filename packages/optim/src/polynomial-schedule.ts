import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'

/** Options of `polynomialSchedule`. */
export interface PolynomialScheduleOptions {
  /** `I`, the value up to `transitionBegin`. */
  readonly initValue: number
  /** `E`, the value from the end of the transition on. */
  readonly endValue: number
  /** `P`, above 0: 1 is a line, larger ones fall fast first. */
  readonly power: number
  /** `T`, the length of the transition in updates, above 0. */
  readonly transitionSteps: number
  /** `B`, the count at which it begins, 0 or above; 0 unless given. */
  readonly transitionBegin?: number
}

/**
 * Goes from one value to another along a power of the remaining part of the way.
 *
 * `(I - E)(1 - (t - B)/T)^P + E` for `B ≤ t ≤ B + T`, constant before and after.
 *
 * Deviates from optax in that a length of 0 or less is an error, where optax holds the initial value.
 *
 * @param options - Values, lengths in updates, and the power.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a length or power of 0 or less, or a negative begin.
 *
 * @example
 * ```ts
 * import { polynomialSchedule } from '@gg/optim'
 *
 * const schedule = polynomialSchedule({ initValue: 1, endValue: 0, power: 2, transitionSteps: 4 })
 * console.log([0, 1, 2, 3, 4, 5].map(schedule)) // → [ 1, 0.5625, 0.25, 0.0625, 0, 0 ]
 * ```
 */
export function polynomialSchedule(options: PolynomialScheduleOptions): Schedule {
  return polynomial('polynomialSchedule', options)
}

/** `polynomialSchedule` under the name of the function that its caller knows. */
export function polynomial(
  name: string,
  { initValue, endValue, power, transitionSteps, transitionBegin = 0 }: PolynomialScheduleOptions,
): Schedule {
  checkArgument(Number.isFinite(initValue), name, 'initValue', 'finite', initValue)
  checkArgument(Number.isFinite(endValue), name, 'endValue', 'finite', endValue)
  checkArgument(power > 0, name, 'power', 'above 0', power)
  checkArgument(transitionSteps > 0, name, 'transitionSteps', 'above 0', transitionSteps)
  checkArgument(transitionBegin >= 0, name, 'transitionBegin', '0 or above', transitionBegin)
  return (count) => {
    const done = Math.min(Math.max(count - transitionBegin, 0), transitionSteps)
    return (initValue - endValue) * (1 - done / transitionSteps) ** power + endValue
  }
}
