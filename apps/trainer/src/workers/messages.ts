import type { TrainConfig } from '../config/train-config.ts'
import type { SavedStates } from '../training/checkpoint.ts'
import type { BatchPart } from '../training/parts-of-batch.ts'
import type { DataSizes } from '../training/prepare.ts'
import type { TreeLayout } from './shared-tree.ts'

/** What a worker is started with. */
export interface WorkerStart {
  readonly config: TrainConfig
  readonly sizes: DataSizes
  /** Of parameters and statistics, and of gradients and statistics alike. */
  readonly layouts: { readonly params: TreeLayout; readonly stats: TreeLayout }
  /** Parameters and statistics, which the main thread writes. */
  readonly weights: SharedArrayBuffer
  /** Sums of gradients and statistics, which the worker writes. */
  readonly results: SharedArrayBuffer
}

/** What the main thread asks of a worker, one thing at a time. */
export type Request =
  | {
      readonly kind: 'gradient'
      readonly parts: readonly BatchPart[]
      readonly batchSize: number
      readonly step: number
    }
  | { readonly kind: 'save' }
  | { readonly kind: 'restore'; readonly states: SavedStates }

/** What a worker answers; an error as its message and stack. */
export type Response =
  | { readonly kind: 'done'; readonly loss?: number; readonly states?: SavedStates }
  | { readonly kind: 'error'; readonly message: string; readonly stack: string | undefined }
