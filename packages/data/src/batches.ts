import type { Augmentation } from './augmentation.ts'
import { checkInteger } from './check-integer.ts'
import type { ImageBatch } from './image-batch.ts'
import { checkDataset, type ImageDataset, valuesPerImage } from './image-dataset.ts'
import { permutation } from './permutation.ts'
import { randomStream } from './random-stream.ts'

/** Keeps the streams of augmentation apart from those of `permutation` and the glyphs. */
const STREAM = 3

/** How `batches` goes through a data set. */
export interface BatchesOptions {
  /** Images per batch, at least 1. */
  readonly batchSize: number
  /** Chooses the order: whole number from 0 to 2^53 - 1; 0 unless given. */
  readonly seed?: number
  /** Which pass over the data: each has its own order under one seed; 0 unless given. */
  readonly epoch?: number
  /** Whether to shuffle; `true` unless given. `false` keeps the order of the data set: for evaluation. */
  readonly shuffle?: boolean
  /** Whether to leave out a last batch that is smaller than `batchSize`; `false` unless given. */
  readonly dropLast?: boolean
  /** What to do to each batch, for training only: `padCrop`, `flip`, `cutout`, `mixup`, or several by `augment`. */
  readonly augment?: Augmentation
}

/** The batches of one epoch. Each `for` loop over it starts anew and sees the same batches. */
export interface ImageBatches extends Iterable<ImageBatch> {
  /** How many batches there are. */
  readonly length: number
}

/**
 * One pass over a data set in batches, shuffled by `(seed, epoch)` alone: the same seed gives the same batches on every
 * machine, and a run resumed at epoch 7 sees what it would have seen. Only the current batch is copied.
 *
 * Pass the epoch: without it every pass has the order of epoch 0.
 *
 * What `augment` does to an image depends on `(seed, epoch)` and the image's position in the data set alone, whatever the
 * batch size and the order; but for `mixup`, which mixes the images of a batch.
 *
 * @param dataset the images
 * @param options `batchSize`, and what else differs from the defaults
 * @returns an iterable with the number of batches as `length`
 * @throws at once, not at the first batch: `INVALID_ARGUMENT`, and `MISMATCH` for a data set whose arrays do not fit its
 *   size
 *
 * @example
 * ```ts
 * import { batches, glyphs } from '@gg/data'
 *
 * const dataset = glyphs({ size: 10, seed: 1 })
 * for (const batch of batches(dataset, { batchSize: 4, seed: 42, epoch: 3 })) {
 *   console.log(batch.size, batch.indices.join(' '))
 * }
 * // 4 2 5 0 4
 * // 4 8 9 6 3
 * // 2 7 1
 * ```
 */
export function batches(
  dataset: ImageDataset,
  { batchSize, seed = 0, epoch = 0, shuffle = true, dropLast = false, augment }: BatchesOptions,
): ImageBatches {
  checkDataset('batches', dataset)
  checkInteger('batches', 'batchSize', batchSize, 1)
  checkInteger('batches', 'seed', seed, 0)
  checkInteger('batches', 'epoch', epoch, 0)
  const length = (dropLast ? Math.floor : Math.ceil)(dataset.size / batchSize)
  function* iterate(): Generator<ImageBatch, undefined> {
    const order = shuffle ? permutation(dataset.size, seed, epoch) : Uint32Array.from(dataset.labels, (_, i) => i)
    for (let i = 0; i < length; i++) {
      const indices = order.slice(i * batchSize, (i + 1) * batchSize)
      const batch = gather(dataset, indices)
      const random = (image: number, ...key: readonly number[]) =>
        randomStream(STREAM, seed, epoch, ...key, indices[image] ?? 0)
      yield augment === undefined ? batch : augment(batch, random)
    }
  }
  return { length, [Symbol.iterator]: iterate }
}

function gather({ images, labels, shape }: ImageDataset, indices: Uint32Array): ImageBatch {
  const values = valuesPerImage(shape)
  const batchImages = new Uint8Array(indices.length * values)
  indices.forEach((index, i) => {
    batchImages.set(images.subarray(index * values, (index + 1) * values), i * values)
  })
  const batchLabels = Int32Array.from(indices, (index) => labels[index] ?? 0)
  return { images: batchImages, labels: batchLabels, indices, size: indices.length, shape }
}
