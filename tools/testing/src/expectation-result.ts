/** What a vitest matcher returns. */
export interface ExpectationResult {
  readonly pass: boolean
  readonly message: () => string
}
