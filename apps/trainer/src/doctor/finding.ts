/** One thing that was looked at. */
export interface Finding {
  /** What, such as `wasm` or `mnist`. */
  readonly name: string
  /** `ok`; `missing` where something else can be done without it; `broken` where it should work and does not. */
  readonly state: 'ok' | 'missing' | 'broken'
  /** What was found, or why not. */
  readonly detail: string
  /** What to type to have it. */
  readonly remedy?: string
}

/** The first sentence or line of an error, which is what fits in a line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.split('\n')[0] ?? '').trim()
}
