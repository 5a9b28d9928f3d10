import type { Split } from './split.ts'

/** Where the readers of published data sets look, and for what. */
export interface DatasetOptions {
  /** The folder of the files; the data set's own folder under `$GG_DATA_DIR` unless given. */
  readonly dir?: string
  /** `'train'` to learn from, `'test'` to measure on; `'train'` unless given. */
  readonly split?: Split
}
