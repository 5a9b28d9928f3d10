import { DataError } from './data-error.ts'
import type { CheckedDownloadOptions } from './download-options.ts'
import { type FailedAttempt, fetchInto } from './fetch-into.ts'
import type { PublishedFile } from './file-source.ts'

/** What has arrived of a file, kept between attempts. */
export interface PartialFile {
  readonly length: () => Promise<number>
  readonly append: (chunk: Uint8Array) => Promise<void>
  readonly clear: () => Promise<void>
  /** SHA-256 of all that is there, in hexadecimal. */
  readonly sha256: () => Promise<string>
}

/** The longest pause between two attempts, in milliseconds. */
const LONGEST_PAUSE = 60_000

/**
 * Downloads a file until it is there whole and its SHA-256 is the published one: address by address, each several times,
 * with growing pauses, each attempt from where the last one stopped.
 *
 * @throws `DOWNLOAD_FAILED` with what each address answered and `advice`; `ABORTED`
 */
export async function download(
  fn: string,
  file: PublishedFile,
  part: PartialFile,
  options: CheckedDownloadOptions,
  advice: string,
): Promise<void> {
  const { mirrors, retries, backoff, signal } = options
  const urls = [...mirrors.map((base) => new URL(file.name, base.endsWith('/') ? base : `${base}/`).href), ...file.urls]
  const failures: FailedAttempt[] = []
  for (const url of urls) {
    let damaged = 0
    for (let attempt = 0; attempt <= retries; attempt++) {
      throwIfAborted(fn, file, signal)
      const failure = await fetchInto(part, file, url, options)
      throwIfAborted(fn, file, signal)
      if (failure === undefined) return
      failures.push(failure)
      if (failure.kind === 'damaged') damaged++
      // A damaged copy is fetched once more, whole. A copy that is damaged twice is so where it comes from.
      if (failure.kind === 'refused' || damaged > 1 || attempt === retries) break
      await pause(Math.max(Math.min(backoff * 2 ** attempt, LONGEST_PAUSE), failure.retryAfter ?? 0), signal)
    }
  }
  throw new DataError(
    'DOWNLOAD_FAILED',
    `${fn}: \`download\` must reach ${file.name}, got ${summary(failures)}. ${advice}`,
    { cause: failures.at(-1)?.cause },
  )
}

/** Throws `ABORTED` if it is. */
export function throwIfAborted(fn: string, file: PublishedFile, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new DataError(
    'ABORTED',
    `${fn}: \`download.signal\` must not be aborted before ${file.name} is there, got an abort. ` +
      'What has arrived is kept: call again to go on.',
    { cause: signal.reason },
  )
}

/** The last word of each address. */
function summary(failures: readonly FailedAttempt[]): string {
  const last = new Map(failures.map(({ url, reason }) => [url, reason]))
  return Array.from(last, ([url, reason]) => `${reason} from ${url}`).join(', and ')
}

/** Waits, no longer than until the signal is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
