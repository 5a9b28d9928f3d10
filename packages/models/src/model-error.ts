/** What went wrong, as a stable name for programs. The message is for people and may change. */
export type ModelErrorCode =
  | 'INVALID_ARGUMENT'
  | 'INVALID_FILE'
  | 'SHAPE_MISMATCH'
  | 'STATE_MISMATCH'
  | 'UNKNOWN_SITE'
  | 'WEIGHTS_MISMATCH'
  | 'DISPOSED'

/**
 * Every error that gg's models throw on purpose.
 *
 * The message has the form `` function: `argument` must be X, got Y. What to do. ``; `code` is stable across versions.
 *
 * @example
 * ```ts
 * import { ModelError } from '@gg/models'
 *
 * const error = new ModelError('UNKNOWN_SITE', "createSites: pattern 'conv9/*' matches no site.")
 * console.log(error.code) // → UNKNOWN_SITE
 * ```
 */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly code: ModelErrorCode

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
