import { GradientTransformationError } from '@gg/core'

/** Refuses an option that does not fit. */
export function checkOption(name: string, argument: string, value: unknown, fits: boolean, expected: string): void {
  if (fits) return
  const found = Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`${argument}\` must be ${expected}, got ${found}.`,
  )
}

/** Refuses a decay outside of [0, 1], and a number of updates that is not a whole number of 1 or more. */
export function checkPace(name: string, decay: number, every: number): void {
  checkOption(name, 'decay', decay, decay >= 0 && decay <= 1, 'a number from 0 to 1')
  checkOption(name, 'every', every, Number.isSafeInteger(every) && every >= 1, 'a whole number of 1 or more')
}

/** Refuses a range that is not two finite numbers, the smaller first. */
export function checkRange(name: string, [low, high]: readonly [low: number, high: number]): void {
  const fits = Number.isFinite(low) && Number.isFinite(high) && low < high
  checkOption(name, 'range', [low, high], fits, 'two finite numbers, the smaller first')
}

/** Refuses a number of bins that is not a whole number of 1 to 65,536. */
export function checkBins(name: string, bins: number): void {
  checkOption(name, 'bins', bins, Number.isInteger(bins) && bins >= 1 && bins <= 65_536, 'a whole number of 1 to 65536')
}
