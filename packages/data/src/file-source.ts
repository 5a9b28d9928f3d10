import type { DownloadOptions } from './download-options.ts'

/** A file that was found. */
export interface OpenFile {
  /** Where it is, to name in messages: a path or an address. */
  readonly path: string
  /** Its length in bytes. */
  readonly size: number
  /** Its bytes in pieces. Each piece is valid until the next is asked for. */
  readonly chunks: () => AsyncIterable<Uint8Array>
}

/** The files of one data set, wherever they are. */
export interface FileSource {
  /**
   * The first of `names` that is there.
   *
   * @throws `FILE_NOT_FOUND` with all names and what to do; `UNREADABLE_FILE` if one is there and cannot be read
   */
  readonly open: (names: readonly string[]) => Promise<OpenFile>
}

/** A file as its authors publish it. */
export interface PublishedFile {
  /** What it is called, there and here. */
  readonly name: string
  /** Where it is, the official place first. */
  readonly urls: readonly string[]
  /** Its length in bytes. */
  readonly size: number
  /** Its SHA-256, in hexadecimal. */
  readonly sha256: string
  /** For an archive: the files in it that are wanted, by their paths in the archive. */
  readonly members?: readonly string[]
}

/** Which files a data set has, and where they come from. */
export interface FileSet {
  /** The function that asks: messages begin with it. */
  readonly fn: string
  /** The data set's folder under `GG_DATA_DIR` and in the cache. */
  readonly folder: string
  readonly files: readonly PublishedFile[]
}

/** Where the caller wants the files to be looked for. */
interface FileSourceOptions {
  readonly dir?: string | undefined
  readonly download?: boolean | DownloadOptions | undefined
}

/** How a platform finds the files of a data set: in folders in Node, over HTTP in the browser. */
export type OpenSource = (set: FileSet, options: FileSourceOptions) => FileSource
