import type { Augmentation } from './augmentation.ts'
import { checkInteger } from './check-integer.ts'
import { type Fill, fillPixels, pixelOf } from './fill-pixels.ts'
import { valuesPerImage } from './image-dataset.ts'

/** What `cutout` covers, and with what. */
export interface CutoutOptions {
  /** Side of the square in pixels, at least 1; 16 for CIFAR-10 and 8 for CIFAR-100 in the paper. */
  readonly size: number
  /** What the square holds: a byte, or one for each channel; 0 unless given. */
  readonly fill?: Fill
}

/**
 * Covers a square of each image, so that no single part of a thing can be relied on. Its centre is any pixel with equal
 * chance, so squares at the border are smaller.
 *
 * DeVries and Taylor 2017, *Improved regularization of convolutional neural networks with cutout*. They cover with zeros
 * after normalization, which is the mean colour; we with black bytes before. Pass the set's mean as `fill` for theirs.
 *
 * @param options `size`, and the `fill`
 * @returns an augmentation for `batches`
 * @throws `INVALID_ARGUMENT`; when it runs, for a `fill` of another number of channels
 *
 * @example
 * ```ts
 * import { cutout, normalization } from '@gg/data'
 *
 * const fill = normalization.cifar10.mean.map((x) => Math.round(255 * x))
 * const cover = cutout({ size: 16, fill })
 * console.log(fill.join(' '), typeof cover) // 125 123 114 function
 * ```
 */
export function cutout({ size: side, fill = 0 }: CutoutOptions): Augmentation {
  checkInteger('cutout', 'size', side, 1, 2 ** 16)
  pixelOf('cutout', fill)
  return (batch, random) => {
    const { images, size, shape } = batch
    const [height, width, channels] = shape
    const pixel = pixelOf('cutout', fill, channels)
    const values = valuesPerImage(shape)
    const before = Math.floor(side / 2)
    for (let i = 0; i < size; i++) {
      const draw = random(i)
      const top = draw.below(height) - before
      const left = draw.below(width) - before
      const [x0, x1] = [Math.max(0, left), Math.min(width, left + side)]
      for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
        const row = i * values + y * width * channels
        fillPixels(images, row + x0 * channels, row + x1 * channels, pixel)
      }
    }
    return batch
  }
}
