/** What went wrong, as a stable name for programs. The message is for people and may change. */
export type GradientTransformationErrorCode =
  | 'INVALID_ARGUMENT'
  | 'MISSING_PARAMS'
  | 'STRUCTURE_MISMATCH'
  | 'SHAPE_MISMATCH'
  | 'STATE_MISMATCH'
  | 'STATEFUL_TRANSFORMATION'
  | 'NO_GRADIENT'
  | 'DISPOSED'

/**
 * Every error that gg's transformations throw on purpose.
 *
 * The message has the form `` function: `argument` must be X, got Y. What to do. ``; `code` is stable across versions;
 * `cause` holds the error underneath, if there was one.
 *
 * @example
 * ```ts
 * import { GradientTransformationError } from '@gg/core'
 *
 * const error = new GradientTransformationError('INVALID_ARGUMENT', 'clip: `maxNorm` must be above 0, got -1.')
 * console.log(error.code) // → INVALID_ARGUMENT
 * ```
 */
export class GradientTransformationError extends Error {
  override readonly name = 'GradientTransformationError'
  readonly code: GradientTransformationErrorCode

  constructor(code: GradientTransformationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
