import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'
import { joinSchedules } from './join-schedules.ts'
import { type WarmupCosineDecayScheduleOptions, warmupCosineDecaySchedule } from './warmup-cosine-decay-schedule.ts'

/**
 * Cosine decay with warm restarts: `warmupCosineDecaySchedule` again and again, each cycle with options of its own.
 *
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017). A cycle lasts for its
 * `decaySteps`; the last one stays at its end value.
 *
 * @param cycles - The options of each cycle, at least one.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for no cycles, and as `warmupCosineDecaySchedule`.
 *
 * @example
 * ```ts
 * import { sgdrSchedule } from '@gg/optim'
 *
 * const schedule = sgdrSchedule([
 *   { initValue: 1, peakValue: 1, warmupSteps: 0, decaySteps: 2 },
 *   { initValue: 0.5, peakValue: 0.5, warmupSteps: 0, decaySteps: 4 },
 * ])
 * console.log([0, 1, 2, 4, 6].map((count) => schedule(count).toFixed(2)).join(' ')) // → 1.00 0.50 0.50 0.25 0.00
 * ```
 */
export function sgdrSchedule(cycles: readonly WarmupCosineDecayScheduleOptions[]): Schedule {
  checkArgument(cycles.length > 0, 'sgdrSchedule', 'cycles', 'at least one cycle', 'none')
  let start = 0
  const boundaries = cycles.slice(0, -1).map(({ decaySteps }) => {
    start += decaySteps
    return start
  })
  return joinSchedules(cycles.map(warmupCosineDecaySchedule), boundaries)
}
