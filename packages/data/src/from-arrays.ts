import { checkInteger } from './check-integer.ts'
import { DataError } from './data-error.ts'
import { checkDataset, type ImageDataset, type ImageShape, valuesPerImage } from './image-dataset.ts'

/** What `fromArrays` makes a data set of. */
export interface FromArraysOptions {
  /** All images in one array, NHWC, 0 to 255; or one array for each image, which are copied together. */
  readonly images: Uint8Array | readonly Uint8Array[]
  /** One class per image, whole numbers from 0 to 65,535. */
  readonly labels: ArrayLike<number>
  /** Height, width, channels of each image. */
  readonly shape: ImageShape
  /** What each label means; `'0'`, `'1'`, … up to the largest label unless given. */
  readonly classNames?: readonly string[]
  /** What to call the set in messages; `'arrays'` unless given. */
  readonly name?: string
}

/**
 * A data set of one's own images, checked once here, to use with `batches` and everything else. Anything that decodes to
 * bytes will do.
 *
 * Memory: one array of all images is taken as it is, not copied; several are copied into one.
 *
 * @param options images, labels, and the shape of an image
 * @returns a data set
 * @throws `INVALID_ARGUMENT` for a shape that is none and for labels that are no classes; `MISMATCH` for images and labels
 *   of different number and for an image of another length than the shape says
 *
 * @example
 * ```ts
 * import { batches, fromArrays } from '@gg/data'
 *
 * const images = [Uint8Array.of(0, 255, 255, 0), Uint8Array.of(255, 0, 0, 255)]
 * const dataset = fromArrays({ images, labels: [0, 1], shape: [2, 2, 1], classNames: ['down', 'up'] })
 * for (const batch of batches(dataset, { batchSize: 2, shuffle: false })) console.log(batch.images.join(' '))
 * // 0 255 255 0 255 0 0 255
 * ```
 */
export function fromArrays({ images, labels, shape, classNames, name = 'arrays' }: FromArraysOptions): ImageDataset {
  for (const [i, length] of shape.entries()) checkInteger('fromArrays', `shape[${i}]`, length, 1)
  const classes = checkLabels(labels, classNames)
  const size = labels.length
  const all = images instanceof Uint8Array ? images : joined(images, valuesPerImage(shape))
  const types = classes.length > 256 ? Uint16Array : Uint8Array
  const dataset = { name, images: all, labels: types.from(labels), shape, classNames: classes, size }
  checkDataset('fromArrays', dataset)
  return dataset
}

function checkLabels(labels: ArrayLike<number>, classNames: readonly string[] | undefined): readonly string[] {
  if (labels.length === 0) {
    throw new DataError('INVALID_ARGUMENT', 'fromArrays: `labels` must name at least one image, got none.')
  }
  const most = (classNames?.length ?? 65_536) - 1
  let largest = 0
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? Number.NaN
    checkInteger('fromArrays', `labels[${i}]`, label, 0, most)
    largest = Math.max(largest, label)
  }
  return classNames ?? Array.from({ length: largest + 1 }, (_, i) => String(i))
}

function joined(images: readonly Uint8Array[], values: number): Uint8Array {
  const all = new Uint8Array(images.length * values)
  images.forEach((image, i) => {
    if (image.length !== values) {
      throw new DataError(
        'MISMATCH',
        `fromArrays: \`images[${i}]\` must have ${values} values, as \`shape\` says, got ${image.length}.`,
      )
    }
    all.set(image, i * values)
  })
  return all
}
