import { DataError } from './data-error.ts'

/** Throws `INVALID_ARGUMENT` unless `value` is an integer from `min` to `max`, both included. */
export function checkInteger(
  fn: string,
  argument: string,
  value: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return
  const range = max === Number.MAX_SAFE_INTEGER ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`
  throw new DataError('INVALID_ARGUMENT', `${fn}: \`${argument}\` must be ${range}, got ${String(value)}.`)
}
