import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'
import { interpolateBetween } from './piecewise-interpolate-schedule.ts'

/** Options of `cosineOnecycleSchedule`. */
export interface CosineOnecycleScheduleOptions {
  /** `T`, the length of the cycle in updates, above 0. */
  readonly transitionSteps: number
  /** `P`, the value at the peak. */
  readonly peakValue: number
  /** The part of the cycle after which the peak is reached, in [0, 1]; 0.3 unless given. */
  readonly pctStart?: number
  /** The peak over the first value, above 0; 25 unless given. */
  readonly divFactor?: number
  /** The first value over the last one, above 0; 1e4 unless given. */
  readonly finalDivFactor?: number
}

/**
 * Up to a peak and down to almost nothing, along two half cosine waves: what PyTorch calls `OneCycleLR`.
 *
 * From `P/divFactor` to `P` at `⌊pctStart T⌋`, then to `P/(divFactor · finalDivFactor)` at `T`. Smith and Topin,
 * "Super-Convergence" (2017).
 *
 * @param options - The length in updates, the peak, and its proportions.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a length or factor of 0 or less, or a part outside [0, 1].
 *
 * @example
 * ```ts
 * import { cosineOnecycleSchedule } from '@gg/optim'
 *
 * const schedule = cosineOnecycleSchedule({ transitionSteps: 8, peakValue: 1, pctStart: 0.25, divFactor: 5 })
 * console.log([0, 1, 2, 5, 8].map((count) => schedule(count).toFixed(1)).join(' ')) // → 0.2 0.6 1.0 0.5 0.0
 * ```
 */
export function cosineOnecycleSchedule({
  transitionSteps,
  peakValue,
  pctStart = 0.3,
  divFactor = 25,
  finalDivFactor = 1e4,
}: CosineOnecycleScheduleOptions): Schedule {
  const name = 'cosineOnecycleSchedule'
  checkArgument(transitionSteps > 0, name, 'transitionSteps', 'above 0', transitionSteps)
  checkArgument(Number.isFinite(peakValue), name, 'peakValue', 'finite', peakValue)
  checkArgument(pctStart >= 0 && pctStart <= 1, name, 'pctStart', 'in [0, 1]', pctStart)
  checkArgument(divFactor > 0, name, 'divFactor', 'above 0', divFactor)
  checkArgument(finalDivFactor > 0, name, 'finalDivFactor', 'above 0', finalDivFactor)
  return interpolateBetween('cosine', peakValue / divFactor, [
    [Math.trunc(pctStart * transitionSteps), divFactor],
    [Math.trunc(transitionSteps), 1 / (divFactor * finalDivFactor)],
  ])
}
