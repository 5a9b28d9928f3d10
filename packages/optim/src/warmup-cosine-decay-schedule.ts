import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'
import { cosineDecay } from './cosine-decay-schedule.ts'
import { withWarmup } from './with-warmup.ts'

/** Options of `warmupCosineDecaySchedule`. */
export interface WarmupCosineDecayScheduleOptions {
  /** The value at count 0. */
  readonly initValue: number
  /** The value at the end of the warm-up. */
  readonly peakValue: number
  /** The length of the warm-up in updates, 0 or above. */
  readonly warmupSteps: number
  /** The length of warm-up and decay together in updates, above `warmupSteps`. */
  readonly decaySteps: number
  /** The value at the end; 0 unless given. */
  readonly endValue?: number
  /** The power of the cosine term, above 0; 1 unless given. */
  readonly exponent?: number
}

/**
 * A linear warm-up, then a fall along half a cosine wave: what most image models are trained with.
 *
 * `decaySteps` counts the warm-up in: it is the count at which the end is reached.
 *
 * @param options - Values, lengths in updates, and the power.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a negative warm-up or a decay that is not longer than it.
 *
 * @example
 * ```ts
 * import { warmupCosineDecaySchedule } from '@gg/optim'
 *
 * const schedule = warmupCosineDecaySchedule({ initValue: 0, peakValue: 1, warmupSteps: 2, decaySteps: 6 })
 * console.log([0, 1, 2, 4, 6].map((count) => schedule(count).toFixed(1)).join(' ')) // → 0.0 0.5 1.0 0.5 0.0
 * ```
 */
export function warmupCosineDecaySchedule({
  initValue,
  peakValue,
  warmupSteps,
  decaySteps,
  endValue = 0,
  exponent = 1,
}: WarmupCosineDecayScheduleOptions): Schedule {
  const name = 'warmupCosineDecaySchedule'
  checkArgument(decaySteps > warmupSteps, name, 'decaySteps', `above \`warmupSteps\` (${warmupSteps})`, decaySteps)
  const alpha = peakValue === 0 ? 0 : endValue / peakValue
  const decay = cosineDecay(name, { initValue: peakValue, decaySteps: decaySteps - warmupSteps, alpha, exponent })
  return withWarmup(name, initValue, peakValue, warmupSteps, decay)
}
