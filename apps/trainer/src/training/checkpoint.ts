import type { SavedState } from '@gg/core'
import type { Position } from './position.ts'

/**
 * All that a run needs to go on as if it had never stopped, as plain data: states by name, such as `params`, `stats`,
 * `optimizer`, `ema` and `sites/conv1/output`, and how far it has come.
 */
export interface TrainingCheckpoint {
  readonly states: { readonly [name: string]: SavedState }
  readonly position: Position
}

/** States by name. */
export type SavedStates = TrainingCheckpoint['states']
