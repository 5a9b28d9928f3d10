import type { Mask, Schedule } from '@gg/core'

/** Options of weight decay behind a preconditioner, as in `adamw`. */
export interface DecoupledWeightDecayOptions {
  /** The part of the parameters that is added to the update, before the learning rate; a number or a schedule. */
  readonly weightDecay?: number | Schedule
  /** `true` for the leaves that decay; all of them unless given. */
  readonly mask?: Mask | undefined
}
