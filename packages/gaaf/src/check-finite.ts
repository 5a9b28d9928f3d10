import { GradientTransformationError } from '@gg/core'

/** Refuses a number that is not finite, or does not fit for another reason. `name` is the function that speaks. */
export function checkFinite(
  name: string,
  argument: string,
  value: number,
  fits = true,
  expected = 'a finite number',
): void {
  if (Number.isFinite(value) && fits) return
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`${argument}\` must be ${expected}, got ${value}.`,
  )
}
