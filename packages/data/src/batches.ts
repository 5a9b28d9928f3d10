import type { Augmentation } from './augmentation.ts'
import { checkInteger } from './check-integer.ts'
import type { ImageBatch } from './image-batch.ts'
import { checkDataset, type ImageDataset, type LazyImageDataset, valuesPerImage } from './image-dataset.ts'
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

/** The batches of one epoch, each read when it is asked for. Each `for await` loop starts anew. */
export interface AsyncImageBatches extends AsyncIterable<ImageBatch> {
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
 * A set whose images are read when they are needed, as `imageFolder` makes, gives an async iterable: put `prefetch` around
 * it, so that the next images are read while the loop's body works.
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
export function batches(dataset: ImageDataset, options: BatchesOptions): ImageBatches
export function batches(dataset: LazyImageDataset, options: BatchesOptions): AsyncImageBatches
export function batches(
  dataset: ImageDataset | LazyImageDataset,
  options: BatchesOptions,
): ImageBatches | AsyncImageBatches {
  const { batchSize, seed = 0, epoch = 0, shuffle = true, dropLast = false, augment } = options
  checkDataset('batches', dataset)
  checkInteger('batches', 'batchSize', batchSize, 1)
  checkInteger('batches', 'seed', seed, 0)
  checkInteger('batches', 'epoch', epoch, 0)
  const { labels, shape, size } = dataset
  const length = (dropLast ? Math.floor : Math.ceil)(size / batchSize)
  function* indicesOfBatches(): Generator<Uint32Array, void, undefined> {
    const order = shuffle ? permutation(size, seed, epoch) : Uint32Array.from({ length: size }, (_, i) => i)
    for (let i = 0; i < length; i++) yield order.slice(i * batchSize, (i + 1) * batchSize)
  }
  const batchOf = (indices: Uint32Array, images: Uint8Array): ImageBatch => {
    const batchLabels = Int32Array.from(indices, (index) => labels[index] ?? 0)
    const batch = { images, labels: batchLabels, indices, size: indices.length, shape }
    const random = (image: number, ...purpose: readonly number[]) =>
      randomStream(STREAM, seed, epoch, ...purpose, indices[image] ?? 0)
    return augment === undefined ? batch : augment(batch, random)
  }
  if ('read' in dataset) {
    async function* read(source: LazyImageDataset): AsyncGenerator<ImageBatch, void, undefined> {
      for (const indices of indicesOfBatches()) yield batchOf(indices, await source.read(indices))
    }
    return { length, [Symbol.asyncIterator]: () => read(dataset) }
  }
  function* gathered({ images }: ImageDataset): Generator<ImageBatch, void, undefined> {
    for (const indices of indicesOfBatches()) yield batchOf(indices, gather(images, indices, valuesPerImage(shape)))
  }
  return { length, [Symbol.iterator]: () => gathered(dataset) }
}

function gather(images: Uint8Array, indices: Uint32Array, values: number): Uint8Array {
  const chosen = new Uint8Array(indices.length * values)
  indices.forEach((index, i) => {
    chosen.set(images.subarray(index * values, (index + 1) * values), i * values)
  })
  return chosen
}
