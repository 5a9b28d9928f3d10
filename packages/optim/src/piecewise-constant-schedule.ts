import type { Schedule } from '@gg/core'
import { type BoundariesAndScales, sortedBoundaries } from './boundaries-and-scales.ts'
import { checkArgument } from './check-argument.ts'

/** Options of `piecewiseConstantSchedule`. */
export interface PiecewiseConstantScheduleOptions {
  /** The value before the first boundary. */
  readonly initValue: number
  /** From which count on to multiply by what; nothing unless given. */
  readonly boundariesAndScales?: BoundariesAndScales
}

/**
 * Stairs: the initial value times all scales whose boundary has been reached.
 *
 * Scales multiply up, they are not values: `{ 30: 0.1, 60: 0.1 }` ends at a hundredth.
 *
 * @param options - The initial value, and scales of 0 or above by count.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a negative boundary or scale.
 *
 * @example
 * ```ts
 * import { piecewiseConstantSchedule } from '@gg/optim'
 *
 * const schedule = piecewiseConstantSchedule({ initValue: 1, boundariesAndScales: { 2: 0.5, 3: 0.5 } })
 * console.log([0, 1, 2, 3, 4].map(schedule)) // → [ 1, 1, 0.5, 0.25, 0.25 ]
 * ```
 */
export function piecewiseConstantSchedule({
  initValue,
  boundariesAndScales = {},
}: PiecewiseConstantScheduleOptions): Schedule {
  const name = 'piecewiseConstantSchedule'
  checkArgument(Number.isFinite(initValue), name, 'initValue', 'finite', initValue)
  const sorted = sortedBoundaries(name, boundariesAndScales)
  return (count) => sorted.reduce((value, [boundary, scale]) => (count >= boundary ? value * scale : value), initValue)
}
