import { checkInteger } from './check-integer.ts'

/** How far the download of one file has come. */
export interface DownloadProgress {
  /** The file's name. */
  readonly file: string
  /** Where it comes from. */
  readonly url: string
  /** Bytes that are here, those of an earlier attempt included. */
  readonly received: number
  /** Bytes of the whole file. */
  readonly total: number
}

/** How files are downloaded. */
export interface DownloadOptions {
  /** Addresses of folders that have copies of the files, asked before the official ones, as `'https://example.org/mnist/'`. */
  readonly mirrors?: readonly string[]
  /** Called with each piece that arrives. */
  readonly onProgress?: (progress: DownloadProgress) => void
  /** Ends the download when it is aborted; what has arrived is kept for the next time. */
  readonly signal?: AbortSignal
  /** Milliseconds without a byte after which an attempt is given up, 1 to 3,600,000; 30,000 unless given. */
  readonly timeout?: number
  /** How often to try each address again, 0 to 100; 4 unless given. */
  readonly retries?: number
  /** Milliseconds before the first retry, doubled for each further one, up to a minute; 1,000 unless given. */
  readonly backoff?: number
}

/** Checks the options of a download and fills in what is not given; `undefined` if nothing is to be downloaded. */
export function downloadOptions(
  fn: string,
  download: boolean | DownloadOptions | undefined,
): (Required<Omit<DownloadOptions, 'onProgress' | 'signal'>> & DownloadOptions) | undefined {
  if (download === undefined || download === false) return undefined
  const options = { mirrors: [], timeout: 30_000, retries: 4, backoff: 1000, ...(download === true ? {} : download) }
  checkInteger(fn, 'download.timeout', options.timeout, 1, 3_600_000)
  checkInteger(fn, 'download.retries', options.retries, 0, 100)
  checkInteger(fn, 'download.backoff', options.backoff, 0, 60_000)
  return options
}

/** Options of which nothing is missing that the download needs. */
export type CheckedDownloadOptions = NonNullable<ReturnType<typeof downloadOptions>>
