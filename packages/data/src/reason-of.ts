/** Why something failed, in the words of the platform: newer Nodes leave an error's own message empty and tell its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message === '' && error.cause !== undefined ? reasonOf(error.cause) : error.message
}
