/** What went wrong, as a word a program can compare; it does not change between versions. */
export type WasmKernelErrorCode =
  | 'INVALID_ARGUMENT'
  | 'MISSING_BACKEND'
  | 'OUT_OF_MEMORY'
  | 'SHAPE_MISMATCH'
  | 'THREAD_FAILED'
  | 'UNSUPPORTED'

/** The error that every kernel of this package throws. */
export class WasmKernelError extends Error {
  override readonly name = 'WasmKernelError'
  /** What went wrong. */
  readonly code: WasmKernelErrorCode

  /**
   * @param code - What went wrong.
   * @param message - `` kernel: `argument` must be X, got Y. What to do. ``
   * @param options - The cause, if there is one.
   */
  constructor(code: WasmKernelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
