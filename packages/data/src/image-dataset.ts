import { DataError } from './data-error.ts'

/** Height, width and channels of one image, in pixels and values per pixel. */
export type ImageShape = readonly [height: number, width: number, channels: number]

/**
 * A set of labelled images of one size: plain typed arrays, one byte per value, no tensors. 60,000 MNIST images take
 * 47 MB here and would take 188 MB as float32, so only batches are converted (see `toTensors`).
 *
 * Any object of this form works with `batches`, `subset` and `take`; nothing has to come from this package.
 */
export interface ImageDataset {
  /** What the set is called in messages and logs, as `'mnist/train'`. */
  readonly name: string
  /** `size * height * width * channels` bytes, 0 to 255: image by image, row by row, channels last (NHWC). */
  readonly images: Uint8Array
  /** One class per image, an index into `classNames`; in two bytes where there are more than 256 classes. */
  readonly labels: Uint8Array | Uint16Array
  /** Height, width, channels of each image. */
  readonly shape: ImageShape
  /** What each label means. */
  readonly classNames: readonly string[]
  /** How many images there are. */
  readonly size: number
  /**
   * Where the object is, if the set knows: `[x0, y0, x1, y1]` in pixels per image, `4 * size` numbers. Half-open: the
   * object's pixels have `x0 <= x < x1` and `y0 <= y < y1`, so `x1 - x0` is its width.
   */
  readonly boxes?: Int16Array
  /** What the reader of a file noticed and could live with, as a part of the set being missing. Absent if nothing. */
  readonly warnings?: readonly string[]
}

/** An `ImageDataset` that knows where the object of each image is. */
export interface BoxedImageDataset extends ImageDataset {
  /** `[x0, y0, x1, y1]` in pixels per image, half-open. */
  readonly boxes: Int16Array
}

/**
 * A set of labelled images that are read when they are needed, because all of them would not fit into memory. `batches`
 * takes it in place of an `ImageDataset`, and `readImages` makes one of it.
 */
export interface LazyImageDataset extends Omit<ImageDataset, 'images' | 'boxes'> {
  /**
   * Reads the images at `indices`, in that order, away from this thread where it can.
   *
   * @throws (as a rejection) for an image that cannot be read
   */
  readonly read: (indices: ArrayLike<number>) => Promise<Uint8Array>
}

/** How many values one image has. */
export function valuesPerImage([height, width, channels]: ImageShape): number {
  return height * width * channels
}

/** Throws `MISMATCH` unless the arrays of a data set are as long as its size and shape say. */
export function checkDataset(
  fn: string,
  { images, labels, boxes, shape, size }: Omit<ImageDataset, 'images'> & { readonly images?: Uint8Array },
): void {
  const parts = [
    ['images', images?.length ?? size * valuesPerImage(shape), size * valuesPerImage(shape)],
    ['labels', labels.length, size],
    ['boxes', boxes?.length ?? 4 * size, 4 * size],
  ] as const
  for (const [part, found, expected] of parts) {
    if (found === expected) continue
    throw new DataError(
      'MISMATCH',
      `${fn}: \`dataset.${part}\` must have ${expected} values for ${size} images of ${shape.join('x')}, got ${found}. ` +
        'Build size, shape and arrays together.',
    )
  }
}
