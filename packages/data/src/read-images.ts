import { checkDataset, type ImageDataset, type LazyImageDataset, valuesPerImage } from './image-dataset.ts'

/** How many images are read at a time. */
const AT_ONCE = 256

/**
 * Reads all images of a set into memory: for a folder that fits, to decode it once and not in every epoch. `size * height *
 * width * channels` bytes; ImageNet at 224 x 224 would take 193 GB, so go through that with `batches`.
 *
 * @param dataset a set whose images are read when they are needed, as `imageFolder` makes
 * @returns the same set with its images in memory, for everything that takes an `ImageDataset`
 * @throws (as a rejection) what reading an image throws; `MISMATCH` for a data set whose arrays do not fit its size
 *
 * @example
 * ```ts
 * import { readImages } from '@gg/data'
 *
 * const dataset = { name: 'greys', shape: [1, 1, 1], size: 3, labels: Uint8Array.of(0, 0, 1), classNames: ['dark', 'light'] }
 * const { images } = await readImages({ ...dataset, read: async (indices) => Uint8Array.from(indices, (i) => 100 * i) })
 * console.log(images.join(' ')) // 0 100 200
 * ```
 */
export async function readImages(dataset: LazyImageDataset): Promise<ImageDataset> {
  checkDataset('readImages', dataset)
  const { read, ...rest } = dataset
  const values = valuesPerImage(dataset.shape)
  const images = new Uint8Array(dataset.size * values)
  for (let start = 0; start < dataset.size; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, dataset.size - start)
    images.set(await read(Uint32Array.from({ length }, (_, i) => start + i)), start * values)
  }
  const complete = { ...rest, images }
  checkDataset('readImages', complete)
  return complete
}
