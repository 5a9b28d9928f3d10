/** What went wrong, as a word a program can compare; it does not change between versions. */
export type NativeErrorCode =
  | 'INVALID_ARGUMENT'
  | 'UNSUPPORTED_PLATFORM'
  | 'MISSING_LIBRARY'
  | 'MISSING_HEADERS'
  | 'MISSING_COMPILER'
  | 'MISSING_PACKAGE'
  | 'COMPILE_FAILED'
  | 'LOAD_FAILED'
  | 'NO_GPU'
  | 'SELF_TEST_FAILED'
  | 'NO_BACKEND'

/**
 * The error that this package throws. Its message ends with what to type.
 *
 * @example
 * ```ts
 * import { chooseBackend, NativeError } from '@gg/native'
 *
 * const error = await chooseBackend('gpu' as 'cuda').catch((error) => error)
 * console.log(error instanceof NativeError, error.code) // → true INVALID_ARGUMENT
 * ```
 */
export class NativeError extends Error {
  override readonly name = 'NativeError'
  /** What went wrong. */
  readonly code: NativeErrorCode

  /**
   * @param code - What went wrong.
   * @param message - What was found and what to type.
   * @param options - The cause, if there is one.
   */
  constructor(code: NativeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
