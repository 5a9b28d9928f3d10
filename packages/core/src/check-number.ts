import { GradientTransformationError } from './gradient-transformation-error.ts'

/** Refuses a number that does not fit. */
export function checkNumber(name: string, argument: string, value: number, fits: boolean, expected: string): void {
  if (fits) return
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`${argument}\` must be ${expected}, got ${value}.`,
  )
}
