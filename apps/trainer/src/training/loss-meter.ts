/** Means of losses, weighted by images. The sums are made in float64, in the order of the steps. */
export interface LossMeter {
  /** Adds the mean loss of some images. */
  add(loss: number, images: number): void
  /** Mean loss over the images since the last call. */
  read(): number
  /** Mean loss over all images. */
  mean(): number
}

/** A meter for one epoch. */
export function createLossMeter(): LossMeter {
  let all = { sum: 0, images: 0 }
  let read = all
  return {
    add(loss, images) {
      all = { sum: all.sum + loss * images, images: all.images + images }
    },
    read() {
      const mean = (all.sum - read.sum) / (all.images - read.images)
      read = all
      return mean
    },
    mean: () => all.sum / all.images,
  }
}
