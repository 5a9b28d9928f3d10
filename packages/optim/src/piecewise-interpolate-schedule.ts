import type { Schedule } from '@gg/core'
import { type BoundariesAndScales, sortedBoundaries } from './boundaries-and-scales.ts'
import { checkArgument } from './check-argument.ts'

/** Options of `piecewiseInterpolateSchedule`. */
export interface PiecewiseInterpolateScheduleOptions {
  /** How to go from boundary to boundary. */
  readonly interpolateType: 'linear' | 'cosine'
  /** The value at count 0. */
  readonly initValue: number
  /** At which count to have multiplied by what; nothing unless given. */
  readonly boundariesAndScales?: BoundariesAndScales
}

/**
 * Goes through given values at given counts, along lines or half cosine waves.
 *
 * The value at a boundary is the initial value times all scales up to it; in between, with `p` the part of the way from
 * `a` to `b`, it is `a + (b - a) p` or `b + (a - b)(cos(π p) + 1)/2`.
 *
 * @param options - The form, the initial value, and scales of 0 or above by count.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for another form, a negative boundary or scale.
 *
 * @example
 * ```ts
 * import { piecewiseInterpolateSchedule } from '@gg/optim'
 *
 * const schedule = piecewiseInterpolateSchedule({
 *   interpolateType: 'linear',
 *   initValue: 1,
 *   boundariesAndScales: { 2: 4, 4: 0.5 },
 * })
 * console.log([0, 1, 2, 3, 4, 5].map(schedule)) // → [ 1, 2.5, 4, 3, 2, 2 ]
 * ```
 */
export function piecewiseInterpolateSchedule(options: PiecewiseInterpolateScheduleOptions): Schedule {
  const name = 'piecewiseInterpolateSchedule'
  const { interpolateType, initValue, boundariesAndScales = {} } = options
  const known = interpolateType === 'linear' || interpolateType === 'cosine'
  checkArgument(known, name, 'interpolateType', "'linear' or 'cosine'", `'${interpolateType}'`)
  checkArgument(Number.isFinite(initValue), name, 'initValue', 'finite', initValue)
  return interpolateBetween(interpolateType, initValue, sortedBoundaries(name, boundariesAndScales))
}

/** The schedule itself, for boundaries in ascending order. */
export function interpolateBetween(
  interpolateType: 'linear' | 'cosine',
  initValue: number,
  boundaries: readonly (readonly [boundary: number, scale: number])[],
): Schedule {
  return (count) => {
    let start = 0
    let from = initValue
    for (const [boundary, scale] of boundaries) {
      const to = from * scale
      if (count < boundary) return interpolate(interpolateType, from, to, (count - start) / (boundary - start))
      start = boundary
      from = to
    }
    return from
  }
}

function interpolate(type: 'linear' | 'cosine', from: number, to: number, part: number): number {
  return type === 'linear' ? from + (to - from) * part : to + ((from - to) / 2) * (Math.cos(Math.PI * part) + 1)
}
