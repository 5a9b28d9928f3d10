import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'
import { joinSchedules } from './join-schedules.ts'
import { polynomial } from './polynomial-schedule.ts'

/** A line from `initValue` to `peakValue` in front of a schedule that starts there; none for 0 steps. */
export function withWarmup(
  name: string,
  initValue: number,
  peakValue: number,
  warmupSteps: number,
  after: Schedule,
): Schedule {
  checkArgument(warmupSteps >= 0, name, 'warmupSteps', '0 or above', warmupSteps)
  if (warmupSteps === 0) return after
  const warmup = polynomial(name, { initValue, endValue: peakValue, power: 1, transitionSteps: warmupSteps })
  return joinSchedules([warmup, after], [warmupSteps])
}
