import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'
import { interpolateBetween } from './piecewise-interpolate-schedule.ts'

/** Options of `linearOnecycleSchedule`. */
export interface LinearOnecycleScheduleOptions {
  /** `T`, the length of the cycle in updates, above 0. */
  readonly transitionSteps: number
  /** `P`, the value at the peak. */
  readonly peakValue: number
  /** The part of the cycle after which the peak is reached, in [0, 1]; 0.3 unless given. */
  readonly pctStart?: number
  /** The part of the cycle after which the first value is reached again, in [`pctStart`, 1]; 0.85 unless given. */
  readonly pctFinal?: number
  /** The peak over the first value, above 0; 25 unless given. */
  readonly divFactor?: number
  /** The first value over the last one, above 0; 1e4 unless given. */
  readonly finalDivFactor?: number
}

/**
 * Up to a peak, back down, and on to almost nothing, along three lines.
 *
 * From `P/divFactor` to `P` at `⌊pctStart T⌋`, back to `P/divFactor` at `⌊pctFinal T⌋`, and to
 * `P/(divFactor · finalDivFactor)` at `T`. Smith and Topin, "Super-Convergence" (2017).
 *
 * @param options - The length in updates, the peak, and its proportions.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a length or factor of 0 or less, or a part outside [0, 1].
 *
 * @example
 * ```ts
 * import { linearOnecycleSchedule } from '@gg/optim'
 *
 * const schedule = linearOnecycleSchedule({ transitionSteps: 8, peakValue: 1, pctStart: 0.25, pctFinal: 0.5, divFactor: 5 })
 * console.log([0, 1, 2, 3, 4].map((count) => schedule(count).toFixed(1)).join(' ')) // → 0.2 0.6 1.0 0.6 0.2
 * ```
 */
export function linearOnecycleSchedule({
  transitionSteps,
  peakValue,
  pctStart = 0.3,
  pctFinal = 0.85,
  divFactor = 25,
  finalDivFactor = 1e4,
}: LinearOnecycleScheduleOptions): Schedule {
  const name = 'linearOnecycleSchedule'
  checkArgument(transitionSteps > 0, name, 'transitionSteps', 'above 0', transitionSteps)
  checkArgument(Number.isFinite(peakValue), name, 'peakValue', 'finite', peakValue)
  checkArgument(pctStart >= 0 && pctStart <= 1, name, 'pctStart', 'in [0, 1]', pctStart)
  checkArgument(pctFinal >= pctStart && pctFinal <= 1, name, 'pctFinal', 'in [pctStart, 1]', pctFinal)
  checkArgument(divFactor > 0, name, 'divFactor', 'above 0', divFactor)
  checkArgument(finalDivFactor > 0, name, 'finalDivFactor', 'above 0', finalDivFactor)
  return interpolateBetween('linear', peakValue / divFactor, [
    [Math.trunc(pctStart * transitionSteps), divFactor],
    [Math.trunc(pctFinal * transitionSteps), 1 / divFactor],
    [transitionSteps, 1 / finalDivFactor],
  ])
}
