import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'

/** Options of `exponentialDecay`. */
export interface ExponentialDecayOptions {
  /** `I`, the value up to `transitionBegin`. */
  readonly initValue: number
  /** `T`, the updates in which the value changes by one factor of `decayRate`, above 0. */
  readonly transitionSteps: number
  /** `r`, above 0: below 1 the value falls, above 1 it grows. */
  readonly decayRate: number
  /** `B`, the count at which it begins, 0 or above; 0 unless given. */
  readonly transitionBegin?: number
  /** Whether the exponent is rounded down, which gives stairs of length `T`; false unless given. */
  readonly staircase?: boolean
  /** Where it stops: a lower bound if `decayRate` is below 1, an upper bound otherwise; none unless given. */
  readonly endValue?: number
}

/**
 * Multiplies by the same factor at each update, or every so many updates.
 *
 * `I · r^((t - B)/T)` for `t > B`, `I` before; with `staircase` the exponent is rounded down.
 *
 * Deviates from optax in that a length or rate of 0 is an error, where optax holds the initial value.
 *
 * @param options - Values, the rate, and lengths in updates.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a length or rate of 0 or less, or a negative begin.
 *
 * @example
 * ```ts
 * import { exponentialDecay } from '@gg/optim'
 *
 * const schedule = exponentialDecay({ initValue: 1, transitionSteps: 2, decayRate: 0.25, staircase: true })
 * console.log([0, 1, 2, 3, 4].map(schedule)) // → [ 1, 1, 0.25, 0.25, 0.0625 ]
 * ```
 */
export function exponentialDecay({
  initValue,
  transitionSteps,
  decayRate,
  transitionBegin = 0,
  staircase = false,
  endValue,
}: ExponentialDecayOptions): Schedule {
  const name = 'exponentialDecay'
  checkArgument(Number.isFinite(initValue), name, 'initValue', 'finite', initValue)
  checkArgument(transitionSteps > 0, name, 'transitionSteps', 'above 0', transitionSteps)
  checkArgument(decayRate > 0, name, 'decayRate', 'above 0', decayRate)
  checkArgument(transitionBegin >= 0, name, 'transitionBegin', '0 or above', transitionBegin)
  checkArgument(endValue === undefined || Number.isFinite(endValue), name, 'endValue', 'finite', endValue)
  const bound = decayRate < 1 ? Math.max : Math.min
  return (count) => {
    const steps = Math.max(count - transitionBegin, 0) / transitionSteps
    const value = initValue * decayRate ** (staircase ? Math.floor(steps) : steps)
    return endValue === undefined ? value : bound(value, endValue)
  }
}
