import type { MeterState } from './loss-meter.ts'

/** The best accuracy so far, of the images that are held out or else of the test images. */
export interface BestEpoch {
  readonly epoch: number
  readonly testAccuracy: number
}

/**
 * How far a run has come. With the seed it says which images come next and what is drawn for them: all that is random
 * follows from the seed and these numbers, so there is no other random state.
 */
export interface Position {
  /** Epochs that are complete, their test included. */
  readonly epochs: number
  /** Batches of the next epoch that have been learned from. */
  readonly batches: number
  /** Updates so far. */
  readonly step: number
  /** The losses of the epoch under way. */
  readonly meter: MeterState
  readonly best: BestEpoch | null
  /** Batches of the last complete epoch where the end of the run cut it short, and 0 where it is whole. */
  readonly cut: number
  /** Seconds that the run has taken, in all processes. */
  readonly seconds: number
}

/** Before the first step. */
export const START: Position = {
  epochs: 0,
  batches: 0,
  step: 0,
  meter: { sum: 0, images: 0, readSum: 0, readImages: 0 },
  best: null,
  cut: 0,
  seconds: 0,
}

/** The same place for a run that goes on longer: an epoch that the end cut short is one that is not complete yet. */
export function uncut(position: Position): Position {
  const { cut, epochs } = position
  return cut === 0 ? position : { ...position, epochs: epochs - 1, batches: cut, cut: 0 }
}
