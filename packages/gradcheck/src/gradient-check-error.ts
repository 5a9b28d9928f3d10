/** What went wrong, as a stable name for programs. The message is for people and may change. */
export type GradientCheckErrorCode =
  | 'INVALID_ARGUMENT'
  | 'WRONG_GRADIENT'
  | 'NOT_DETERMINISTIC'
  | 'NO_GRADIENT'
  | 'SYNCHRONOUS_READ'

/**
 * Every error that gradient checks and circuits throw on purpose.
 *
 * The message has the form `` function: `argument` must be X, got Y. What to do. ``; `code` is stable across versions;
 * `cause` holds the error underneath, if there was one.
 *
 * @example
 * ```ts
 * import { GradientCheckError } from '@gg/gradcheck'
 *
 * const error = new GradientCheckError('WRONG_GRADIENT', 'expectGradient: the gradient must be 3, got 4.')
 * console.log(error.code) // → WRONG_GRADIENT
 * ```
 */
export class GradientCheckError extends Error {
  override readonly name = 'GradientCheckError'
  readonly code: GradientCheckErrorCode

  constructor(code: GradientCheckErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
