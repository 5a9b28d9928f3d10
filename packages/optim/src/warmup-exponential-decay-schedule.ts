import type { Schedule } from '@gg/core'
import { type ExponentialDecayOptions, exponentialDecay } from './exponential-decay.ts'
import { withWarmup } from './with-warmup.ts'

/** Options of `warmupExponentialDecaySchedule`: those of `exponentialDecay`, whose counts begin after the warm-up. */
export interface WarmupExponentialDecayScheduleOptions extends ExponentialDecayOptions {
  /** The value at count 0. */
  readonly initValue: number
  /** The value at the end of the warm-up, from which the decay starts. */
  readonly peakValue: number
  /** The length of the warm-up in updates, 0 or above. */
  readonly warmupSteps: number
}

/**
 * A linear warm-up, then `exponentialDecay`.
 *
 * @param options - Values, the rate, and lengths in updates.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a negative warm-up, and as `exponentialDecay`.
 *
 * @example
 * ```ts
 * import { warmupExponentialDecaySchedule } from '@gg/optim'
 *
 * const schedule = warmupExponentialDecaySchedule({
 *   initValue: 0,
 *   peakValue: 1,
 *   warmupSteps: 2,
 *   transitionSteps: 1,
 *   decayRate: 0.5,
 * })
 * console.log([0, 1, 2, 3, 4].map(schedule)) // → [ 0, 0.5, 1, 0.5, 0.25 ]
 * ```
 */
export function warmupExponentialDecaySchedule({
  initValue,
  peakValue,
  warmupSteps,
  ...decay
}: WarmupExponentialDecayScheduleOptions): Schedule {
  const after = exponentialDecay({ ...decay, initValue: peakValue })
  return withWarmup('warmupExponentialDecaySchedule', initValue, peakValue, warmupSteps, after)
}
