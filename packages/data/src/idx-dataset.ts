import { DataError } from './data-error.ts'
import type { ImageDataset, ImageShape } from './image-dataset.ts'
import type { IdxArray } from './read-idx.ts'
import { sizeWarning } from './size-warning.ts'

/** An IDX file that was found and read, and the path to name in messages. */
export interface IdxFile extends IdxArray {
  readonly path: string
}

/** What a pair of IDX files must hold. */
export interface IdxDatasetOptions {
  readonly name: string
  readonly shape: ImageShape
  readonly classNames: readonly string[]
  /** How many images the published files have. */
  readonly originalSize: number
}

/**
 * A data set from an IDX file of images and one of labels.
 *
 * @throws `MISMATCH` for images of another size or another number of labels, `CORRUPT_FILE` for a label without a class
 *   and for a file without images
 */
export function idxDataset(fn: string, images: IdxFile, labels: IdxFile, options: IdxDatasetOptions): ImageDataset {
  const { name, shape, classNames, originalSize } = options
  const [size = 0, height, width] = images.shape
  if (height !== shape[0] || width !== shape[1]) {
    throw new DataError(
      'MISMATCH',
      `${fn}: \`${images.path}\` must hold images of ${shape[0]} x ${shape[1]} pixels, got ${height} x ${width}. ` +
        'See that it belongs to this data set.',
    )
  }
  if (size === 0) throw new DataError('CORRUPT_FILE', `${fn}: \`${images.path}\` must hold images, got none.`)
  if (labels.data.length !== size) {
    throw new DataError(
      'MISMATCH',
      `${fn}: \`${labels.path}\` must hold ${size} labels, one for each image of ${images.path}, ` +
        `got ${labels.data.length}. See that both are of the same split.`,
    )
  }
  const wrong = labels.data.findIndex((label) => label >= classNames.length)
  if (wrong >= 0) {
    throw new DataError(
      'CORRUPT_FILE',
      `${fn}: \`${labels.path}\` must hold labels from 0 to ${classNames.length - 1}, ` +
        `got ${labels.data[wrong]} for image ${wrong}. See that it belongs to this data set, or download it again.`,
    )
  }
  const dataset = { name, images: images.data, labels: labels.data, shape, classNames, size }
  return { ...dataset, ...sizeWarning(name, size, originalSize) }
}
