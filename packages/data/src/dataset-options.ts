import type { DownloadOptions } from './download-options.ts'
import type { Split } from './split.ts'

/** Where the readers of published data sets look, and for what. */
export interface DatasetOptions {
  /**
   * The folder of the files. Unless given, the data set's own, as `mnist`, under `$GG_DATA_DIR`, or else under the
   * platform's cache folder, as `~/.cache/gg-data`. In the browser, an address.
   */
  readonly dir?: string
  /**
   * Whether to download into that folder what is not there, and how; `false` unless given. Downloads are resumed, retried
   * and verified against the published SHA-256 before they are used.
   */
  readonly download?: boolean | DownloadOptions
  /** `'train'` to learn from, `'test'` to measure on; `'train'` unless given. */
  readonly split?: Split
}
