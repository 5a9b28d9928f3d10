import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'

/**
 * The same value at every count. Wherever a schedule is taken a plain number is too; this one is for `joinSchedules`.
 *
 * @param value - Any finite number.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a value that is not finite.
 *
 * @example
 * ```ts
 * import { constantSchedule } from '@gg/optim'
 *
 * console.log(constantSchedule(0.1)(1000)) // → 0.1
 * ```
 */
export function constantSchedule(value: number): Schedule {
  checkArgument(Number.isFinite(value), 'constantSchedule', 'value', 'finite', value)
  return () => value
}
