/** What a meter has seen, as plain numbers. */
export interface MeterState {
  /** Sum of losses, each times its images. */
  readonly sum: number
  readonly images: number
  /** The sum when it was last read. */
  readonly readSum: number
  readonly readImages: number
}

/** Means of losses, weighted by images. The sums are made in float64, in the order of the steps. */
export interface LossMeter {
  readonly state: MeterState
  /** Adds the mean loss of some images. */
  add(loss: number, images: number): void
  /** Mean loss over the images since the last call. */
  read(): number
  /** Mean loss over all images. */
  mean(): number
}

/** A meter for one epoch, which goes on from `state`. */
export function createLossMeter(state: MeterState): LossMeter {
  let { sum, images, readSum, readImages } = state
  return {
    get state() {
      return { sum, images, readSum, readImages }
    },
    add(loss, count) {
      sum += loss * count
      images += count
    },
    read() {
      const mean = (sum - readSum) / (images - readImages)
      readSum = sum
      readImages = images
      return mean
    },
    mean: () => sum / images,
  }
}
