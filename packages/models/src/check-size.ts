import { ModelError } from './model-error.ts'

/** Refuses a size, a count of units say, that is not a whole number of 1 or more. */
export function checkSize(name: string, argument: string, size: number): void {
  if (Number.isSafeInteger(size) && size >= 1) return
  throw new ModelError('INVALID_ARGUMENT', `${name}: \`${argument}\` must be a whole number of 1 or more, got ${size}.`)
}
