import type { Scalar } from '@tensorflow/tfjs-core'
import { TrainingError } from '../training-error.ts'

/** What helps against divergence, in the words of settings and options alike. */
export const REMEDY = 'A lower learning rate (--lr) or shorter gradients (--clip 1) may help.'

/** Collects the losses of steps on the device and reads them together, since reading makes the device wait. */
export interface LossMeter {
  /** Takes the loss of a step over and disposes it when it has been read. */
  add(loss: Scalar, images: number): void
  /** Mean loss over the images since the last call. */
  read(): Promise<number>
  /** Mean loss over all images that have been read. */
  mean(): number
  /** Disposes what has not been read. */
  dispose(): void
}

/**
 * A meter for one epoch. The sums are made in float64, in the order of the steps.
 *
 * @param where - Names a step, counted from 0 in this meter, in the message about a loss that is not finite.
 * @throws TrainingError `DIVERGED`, from `read`.
 */
export function createLossMeter(where: (index: number) => string): LossMeter {
  let waiting: { readonly loss: Scalar; readonly images: number }[] = []
  let index = 0
  let sum = 0
  let images = 0
  return {
    add(loss, count) {
      waiting.push({ loss, images: count })
    },
    async read() {
      const [sumBefore, imagesBefore] = [sum, images]
      const values = await Promise.all(waiting.map(({ loss }) => loss.data()))
      for (const [i, step] of waiting.entries()) {
        const value = values[i]?.[0] ?? Number.NaN
        if (!Number.isFinite(value)) {
          throw new TrainingError('DIVERGED', `Training diverged: the loss is ${value} at ${where(index)}. ${REMEDY}`)
        }
        sum += value * step.images
        images += step.images
        index++
      }
      this.dispose()
      return (sum - sumBefore) / (images - imagesBefore)
    },
    mean: () => sum / images,
    dispose() {
      for (const { loss } of waiting) loss.dispose()
      waiting = []
    },
  }
}
