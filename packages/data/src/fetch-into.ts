import { drain } from './decompress.ts'
import type { PartialFile } from './download.ts'
import type { CheckedDownloadOptions } from './download-options.ts'
import type { PublishedFile } from './file-source.ts'

/** Why one attempt did not bring the file. */
export interface FailedAttempt {
  readonly url: string
  /** In a few words: what came in place of the file. */
  readonly reason: string
  /** `'refused'`: asking again is of no use. `'damaged'`: all arrived, and is not the file. `'broken'`: anything else. */
  readonly kind: 'refused' | 'damaged' | 'broken'
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/** The longest wait that a server may ask for, in milliseconds. */
const LONGEST_RETRY_AFTER = 120_000

/**
 * One attempt: asks for what is missing, appends it, and verifies the whole.
 *
 * @returns `undefined` if the file is there, or else what went wrong on the way
 * @throws what the part throws, as a disk that is full, and what `onProgress` throws
 */
export async function fetchInto(
  part: PartialFile,
  file: PublishedFile,
  url: string,
  options: CheckedDownloadOptions,
): Promise<FailedAttempt | undefined> {
  if ((await part.length()) > file.size) await part.clear()
  if ((await part.length()) < file.size) {
    const failure = await fetchRest(part, file, url, options)
    if (failure !== undefined) return failure
  }
  const found = await part.sha256()
  if (found === file.sha256) return undefined
  await part.clear()
  return { url, reason: `SHA-256 ${found} in place of ${file.sha256}`, kind: 'damaged' }
}

async function fetchRest(
  part: PartialFile,
  file: PublishedFile,
  url: string,
  options: CheckedDownloadOptions,
): Promise<FailedAttempt | undefined> {
  const watch = watchdog(options)
  const broken = (cause: unknown): FailedAttempt => {
    const reason = watch.fired() ? `no byte for ${options.timeout} ms` : causes(cause)
    return { url, reason, kind: 'broken', cause }
  }
  let body: AsyncGenerator<Uint8Array, void, undefined> | undefined
  try {
    let received = await part.length()
    const answer = await request(received, url, watch.signal).catch(broken)
    if (!(answer instanceof Response)) return answer
    if (answer.status === 416) {
      await part.clear()
      return { url, reason: `${received} of ${file.size} bytes`, kind: 'broken' }
    }
    if (!answer.ok || answer.body === null) return refusal(url, answer)
    if (!continues(answer, received)) {
      // A server that ignores ranges sends the file from its beginning, with status 200.
      await part.clear()
      received = 0
    }
    body = drain(answer.body)
    for (;;) {
      const piece = await body.next().catch(broken)
      if ('kind' in piece) return piece
      if (piece.done === true) break
      watch.reset()
      received += piece.value.length
      if (received > file.size) {
        await part.clear()
        return { url, reason: `more than the ${file.size} bytes of the file`, kind: 'refused' }
      }
      await part.append(piece.value)
      options.onProgress?.({ file: file.name, url, received, total: file.size })
    }
    return received < file.size ? { url, reason: `${received} of ${file.size} bytes`, kind: 'broken' } : undefined
  } finally {
    watch.stop()
    await body?.return()
  }
}

function request(offset: number, url: string, signal: AbortSignal): Promise<Response> {
  // Compression for the way would change lengths and ranges. Browsers decide on it themselves and ignore this.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (offset > 0) headers['range'] = `bytes=${offset}-`
  return fetch(url, { headers, signal })
}

/** Whether the body goes on where the part ends. */
function continues(response: Response, offset: number): boolean {
  return response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${offset}-`) === true
}

function refusal(url: string, response: Response): FailedAttempt {
  const { status, statusText } = response
  const reason = `${status}${statusText === '' ? '' : ` (${statusText})`}`
  void response.body?.cancel().catch(() => {})
  // Too early, too many, or the server's own trouble: it may be over soon. Everything else stays as it is.
  const passing = status >= 500 || status === 408 || status === 425 || status === 429
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const wait = seconds >= 0 ? { retryAfter: Math.min(seconds * 1000, LONGEST_RETRY_AFTER) } : {}
  return { url, reason, kind: passing ? 'broken' : 'refused', ...wait }
}

/** A signal that is aborted with the caller's, or when nothing has arrived for a while. */
function watchdog({ timeout, signal }: CheckedDownloadOptions) {
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), timeout)
  return {
    signal: signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]),
    fired: (): boolean => stall.signal.aborted,
    reset: (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), timeout)
    },
    stop: (): void => clearTimeout(timer),
  }
}

/** What `fetch` says is "fetch failed"; why, it says in the cause. */
function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error
    ? `"${cause.message || ('code' in cause ? String(cause.code) : cause.name)}"`
    : `"${error.message}"`
}
