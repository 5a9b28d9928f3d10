import { GradientTransformationError, type Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'

/**
 * One schedule after the other; each counts from 0 at its own start.
 *
 * @param schedules - At least one.
 * @param boundaries - The count at which each but the first begins, 0 or above, ascending: one fewer than schedules.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for another number of boundaries, or ones that descend.
 *
 * @example
 * ```ts
 * import { constantSchedule, joinSchedules, linearSchedule } from '@gg/optim'
 *
 * const decay = linearSchedule({ initValue: 1, endValue: 0, transitionSteps: 2 })
 * const schedule = joinSchedules([constantSchedule(1), decay], [2])
 * console.log([0, 1, 2, 3, 4].map(schedule)) // → [ 1, 1, 1, 0.5, 0 ]
 * ```
 */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  const name = 'joinSchedules'
  const [first, ...others] = schedules
  if (first === undefined || boundaries.length !== others.length) {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `${name}: \`boundaries\` must be one fewer than \`schedules\`, got ${boundaries.length} for ${schedules.length}.`,
    )
  }
  for (const [i, boundary] of boundaries.entries()) {
    checkArgument(boundary >= (boundaries[i - 1] ?? 0), name, 'boundaries', '0 or above and ascending', boundaries)
  }
  return (count) => {
    let schedule = first
    let start = 0
    for (const [i, boundary] of boundaries.entries()) {
      if (count < boundary) break
      schedule = others[i] ?? schedule
      start = boundary
    }
    return schedule(count - start)
  }
}
