import type { Schedule } from '@gg/core'
import {
  constantSchedule,
  cosineDecaySchedule,
  joinSchedules,
  linearSchedule,
  warmupCosineDecaySchedule,
} from '@gg/optim'

/** A learning-rate schedule by the name that `--schedule` takes. */
export type ScheduleName = 'constant' | 'cosine' | 'linear' | 'warmup-cosine'

/** A learning-rate schedule that can be asked for. */
export interface ScheduleEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** The schedule for a run of `steps` updates; `peak` is what `--lr` says. */
  create(peak: number, steps: number): Schedule
}

/** The schedules there are. */
export const SCHEDULES: Readonly<Record<ScheduleName, ScheduleEntry>> = {
  constant: {
    summary: 'the learning rate as it is',
    create: (peak) => constantSchedule(peak),
  },
  cosine: {
    summary: 'down to 0 at the end of the run, along half a cosine wave',
    create: (peak, steps) => cosineDecaySchedule({ initValue: peak, decaySteps: steps }),
  },
  linear: {
    summary: 'down to 0 at the end of the run, along a line',
    create: (peak, steps) => linearSchedule({ initValue: peak, endValue: 0, transitionSteps: steps }),
  },
  'warmup-cosine': {
    summary: 'up along a line for the first twentieth of the run, then as cosine',
    create: (peak, steps) => {
      const warmupSteps = Math.floor(steps / 20)
      return warmupCosineDecaySchedule({ initValue: 0, peakValue: peak, warmupSteps, decaySteps: steps })
    },
  },
}

/**
 * A schedule by its name, after a warm-up.
 *
 * @param peak - The highest learning rate.
 * @param steps - The updates of the whole run.
 * @param warmup - Updates on a line from 0 to the peak, before the schedule has the rest; `null` for what the name says.
 */
export function createSchedule(name: ScheduleName, peak: number, steps: number, warmup: number | null): Schedule {
  if (warmup === null) return SCHEDULES[name].create(peak, steps)
  const rest = SCHEDULES[name === 'warmup-cosine' ? 'cosine' : name].create(peak, Math.max(1, steps - warmup))
  if (warmup === 0) return rest
  return joinSchedules([linearSchedule({ initValue: 0, endValue: peak, transitionSteps: warmup }), rest], [warmup])
}
