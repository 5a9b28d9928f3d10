import type { Augmentation } from './augmentation.ts'
import { checkInteger } from './check-integer.ts'
import { type Fill, fillPixels, pixelOf } from './fill-pixels.ts'
import { valuesPerImage } from './image-dataset.ts'

/** What `padCrop` pads with, and how far. */
export interface PadCropOptions {
  /** Pixels added on each of the four sides, at least 1; 4 is usual for 32x32. */
  readonly padding: number
  /** What they hold: a byte, or one for each channel; 0 unless given. */
  readonly fill?: Fill
}

/**
 * Moves each image by up to `padding` pixels up or down and left or right: pads it on all sides and cuts out a part of the
 * original size at a random place. Each of the `(2 padding + 1)^2` places is equally likely. With `flip` it is the standard
 * augmentation for CIFAR.
 *
 * He, Zhang, Ren and Sun 2016, *Deep residual learning for image recognition*, section 4.2 (after Lee et al. 2015): 4 pixels
 * of padding on 32x32. They pad with zeros after the mean is subtracted, we with black bytes before; pass the mean as
 * `fill` for theirs.
 *
 * @param options `padding`, and the `fill`
 * @returns an augmentation for `batches`
 * @throws `INVALID_ARGUMENT`; when it runs, for a `fill` of another number of channels
 *
 * @example
 * ```ts
 * import { batches, glyphs, padCrop } from '@gg/data'
 *
 * const dataset = glyphs({ size: 100, seed: 1 })
 * for (const batch of batches(dataset, { batchSize: 100, augment: padCrop({ padding: 4 }) })) {
 *   console.log(batch.shape.join('x')) // 32x32x1
 * }
 * ```
 */
export function padCrop({ padding, fill = 0 }: PadCropOptions): Augmentation {
  checkInteger('padCrop', 'padding', padding, 1, 2 ** 16)
  pixelOf('padCrop', fill)
  return (batch, random) => {
    const { images, size, shape } = batch
    const [height, width, channels] = shape
    const pixel = pixelOf('padCrop', fill, channels)
    const values = valuesPerImage(shape)
    for (let i = 0; i < size; i++) {
      const draw = random(i)
      const down = draw.below(2 * padding + 1) - padding
      const right = draw.below(2 * padding + 1) - padding
      move(images, i * values, height, width, down, right, pixel)
    }
    return batch
  }
}

/** Pixel (y, x) becomes what (y + down, x + right) was, in place, and the fill where that is outside. */
function move(
  images: Uint8Array,
  start: number,
  height: number,
  width: number,
  down: number,
  right: number,
  pixel: readonly number[],
): void {
  const channels = pixel.length
  const row = width * channels
  const kept = Math.max(0, width - Math.abs(right)) * channels
  const from = Math.min(row, Math.max(0, right) * channels)
  const to = Math.min(row, Math.max(0, -right) * channels)
  for (let k = 0; k < height; k++) {
    // In the direction in which every row is read before it is written over.
    const y = down >= 0 ? k : height - 1 - k
    const target = start + y * row
    const source = y + down
    if (source < 0 || source >= height) {
      fillPixels(images, target, target + row, pixel)
      continue
    }
    const line = start + source * row
    images.copyWithin(target + to, line + from, line + from + kept)
    fillPixels(images, target, target + to, pixel)
    fillPixels(images, target + to + kept, target + row, pixel)
  }
}
