import { GradientTransformationError } from '@gg/core'

/**
 * Checks one hyperparameter when a transformation or schedule is built, never per element.
 *
 * @param ok - The condition, written so that NaN fails it: `lr > 0`, not `!(lr <= 0)`.
 * @param name - The function that speaks.
 * @param argument - The argument as its caller wrote it.
 * @param expected - Completes "must be": `above 0`, `in [0, 1)`.
 * @param value - What came.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 */
export function checkArgument(ok: boolean, name: string, argument: string, expected: string, value: unknown): void {
  if (ok) return
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`${argument}\` must be ${expected}, got ${String(value)}.`,
  )
}
