import { DataError } from './data-error.ts'
import { type BoxedImageDataset, checkDataset, type ImageDataset, valuesPerImage } from './image-dataset.ts'

/**
 * The images of `dataset` at `indices`, in that order, copied; an index may come twice. `take` is the special case of the
 * first `n`, without a copy.
 *
 * @param dataset any data set; its boxes go with the images
 * @param indices positions from 0 to `dataset.size - 1`, at least one
 * @returns a new data set of the same name, shape and classes
 * @throws `INVALID_ARGUMENT` for an index outside the set or for no index at all, `MISMATCH` for a data set whose arrays
 *   do not fit its size
 *
 * @example
 * ```ts
 * import { glyphs, permutation, subset } from '@gg/data'
 *
 * const all = glyphs({ size: 100, seed: 1 })
 * const some = subset(all, permutation(all.size, 7).subarray(0, 20))
 * console.log(some.size, some.boxes.length) // 20 80
 * ```
 */
export function subset(dataset: BoxedImageDataset, indices: ArrayLike<number>): BoxedImageDataset
export function subset(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset
export function subset(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  checkDataset('subset', dataset)
  const { images, labels, boxes, ...rest } = dataset
  const size = indices.length
  if (size === 0) {
    throw new DataError('INVALID_ARGUMENT', 'subset: `indices` must name at least one image, got none.')
  }
  const values = valuesPerImage(dataset.shape)
  const chosenLabels = labels instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size)
  const chosen = { images: new Uint8Array(size * values), labels: chosenLabels }
  const chosenBoxes = new Int16Array(boxes ? 4 * size : 0)
  for (let i = 0; i < size; i++) {
    const index = indices[i] ?? Number.NaN
    if (!Number.isInteger(index) || index < 0 || index >= dataset.size) {
      throw new DataError(
        'INVALID_ARGUMENT',
        `subset: \`indices[${i}]\` must be an integer from 0 to ${dataset.size - 1}, got ${index}.`,
      )
    }
    chosen.images.set(images.subarray(index * values, (index + 1) * values), i * values)
    chosen.labels[i] = labels[index] ?? 0
    if (boxes) chosenBoxes.set(boxes.subarray(4 * index, 4 * index + 4), 4 * i)
  }
  return { ...rest, ...chosen, size, ...(boxes && { boxes: chosenBoxes }) }
}
