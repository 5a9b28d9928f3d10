import { DataError } from './data-error.ts'

/** Throws `INVALID_ARGUMENT` unless `value` is from 0 to 1. */
export function checkProbability(fn: string, argument: string, value: number): void {
  if (value >= 0 && value <= 1) return
  throw new DataError('INVALID_ARGUMENT', `${fn}: \`${argument}\` must be a number from 0 to 1, got ${String(value)}.`)
}
