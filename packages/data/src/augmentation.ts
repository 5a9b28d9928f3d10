import type { ImageBatch } from './image-batch.ts'
import type { RandomStream } from './random-stream.ts'

/**
 * The random numbers that belong to one image of a batch, in one epoch, under one seed. The same arguments give the same
 * numbers from their start again, so ask once for each image and purpose; numbers behind `image` tell purposes apart.
 */
export type ImageRandom = (image: number, ...purpose: readonly number[]) => RandomStream

/**
 * A random change of a batch of images, on bytes, before they are uploaded. It may change the batch that it is given,
 * which is a copy, and returns the batch to go on with. Ready ones are `padCrop`, `flip`, `cutout` and `mixup`; `augment`
 * makes one of several.
 *
 * @example
 * ```ts
 * import { batches, fromArrays } from '@gg/data'
 *
 * const dataset = fromArrays({ images: Uint8Array.of(10, 20, 30, 40), labels: [0, 1, 2, 3], shape: [1, 1, 1] })
 * const invertSome = (batch, random) => {
 *   const images = batch.images.map((byte, i) => (random(i).below(2) === 1 ? 255 - byte : byte)) // of one pixel each
 *   return { ...batch, images }
 * }
 * for (const { images } of batches(dataset, { batchSize: 4, seed: 1, shuffle: false, augment: invertSome })) {
 *   console.log(images.join(' ')) // 10 20 225 40
 * }
 * ```
 */
export type Augmentation = (batch: ImageBatch, random: ImageRandom) => ImageBatch
