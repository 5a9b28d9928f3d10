/**
 * What went wrong, as a word that stays the same when a message is rewritten.
 *
 * - `INVALID_ARGUMENT`: an argument outside its range or of the wrong kind.
 * - `FILE_NOT_FOUND`: no file under any of the names that were tried.
 * - `UNREADABLE_FILE`: the file is there and the system refuses to read it; `cause` says why.
 * - `CORRUPT_FILE`: truncated, damaged, or not the kind of file that its name says.
 * - `UNSUPPORTED_FILE`: a sound file of a kind that this package does not read.
 * - `DOWNLOAD_FAILED`: no address gave the file; the message says what each answered, and which files to put where.
 * - `ABORTED`: the caller's signal ended it.
 * - `UNWRITABLE_FOLDER`: what was downloaded cannot be written; `cause` says why.
 * - `MISSING_PACKAGE`: an optional package that this needs is not installed.
 * - `UNSUPPORTED_PLATFORM`: this needs Node, and is asked for in a browser.
 * - `MISMATCH`: two parts that belong together do not fit, as 60,000 images with 10,000 labels.
 */
export type DataErrorCode =
  | 'INVALID_ARGUMENT'
  | 'FILE_NOT_FOUND'
  | 'UNREADABLE_FILE'
  | 'CORRUPT_FILE'
  | 'UNSUPPORTED_FILE'
  | 'DOWNLOAD_FAILED'
  | 'ABORTED'
  | 'UNWRITABLE_FOLDER'
  | 'MISSING_PACKAGE'
  | 'UNSUPPORTED_PLATFORM'
  | 'MISMATCH'

/**
 * The error that every function of this package throws. Branch on `code`; the message names the argument or the file,
 * what was expected, what was found and what to do, and may change between versions.
 *
 * @example
 * ```ts
 * import { DataError, readIdx } from '@gg/data'
 *
 * try {
 *   readIdx(new Uint8Array([0, 0, 8]))
 * } catch (error) {
 *   console.log(error instanceof DataError && error.code) // CORRUPT_FILE
 * }
 * ```
 */
export class DataError extends Error {
  /** `'DataError'`. */
  override readonly name = 'DataError'
  /** What went wrong, as a stable word. */
  readonly code: DataErrorCode

  /**
   * @param code what went wrong
   * @param message a full sentence: function, argument or file, expected, found, what to do
   * @param options `cause`: the error that led here
   */
  constructor(code: DataErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
