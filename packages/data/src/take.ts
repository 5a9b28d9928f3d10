import { checkInteger } from './check-integer.ts'
import { type BoxedImageDataset, checkDataset, type ImageDataset, valuesPerImage } from './image-dataset.ts'

/**
 * The first `n` images of `dataset`, as views of its arrays: nothing is copied, so what is written to one is seen in the
 * other. For a random part use `subset` with `permutation`; files are often sorted by class.
 *
 * @param dataset any data set
 * @param n how many, from 1 to `dataset.size`
 * @returns a data set of the same name, shape and classes
 * @throws `INVALID_ARGUMENT`, and `MISMATCH` for a data set whose arrays do not fit its size
 *
 * @example
 * ```ts
 * import { glyphs, take } from '@gg/data'
 *
 * const few = take(glyphs({ size: 100, seed: 1 }), 3)
 * console.log(few.size, few.images.length) // 3 3072
 * ```
 */
export function take(dataset: BoxedImageDataset, n: number): BoxedImageDataset
export function take(dataset: ImageDataset, n: number): ImageDataset
export function take(dataset: ImageDataset, n: number): ImageDataset {
  checkDataset('take', dataset)
  checkInteger('take', 'n', n, 1, dataset.size)
  return {
    ...dataset,
    images: dataset.images.subarray(0, n * valuesPerImage(dataset.shape)),
    labels: dataset.labels.subarray(0, n),
    size: n,
    ...(dataset.boxes && { boxes: dataset.boxes.subarray(0, 4 * n) }),
  }
}
