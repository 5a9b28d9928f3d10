import type { Augmentation } from './augmentation.ts'
import { checkProbability } from './check-probability.ts'
import { valuesPerImage } from './image-dataset.ts'

/** How often `flip` does so. */
export interface FlipOptions {
  /** Chance that an image is mirrored, 0 to 1; 0.5 unless given. */
  readonly probability?: number
}

/**
 * Mirrors images left to right, each with a probability of its own. For photographs of things; not for digits and
 * letters, which it turns into others.
 *
 * @param options the `probability`
 * @returns an augmentation for `batches`
 * @throws `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { batches, flip, fromArrays } from '@gg/data'
 *
 * const row = fromArrays({ images: Uint8Array.of(1, 2, 3), labels: [0], shape: [1, 3, 1] })
 * for (const { images } of batches(row, { batchSize: 1, augment: flip({ probability: 1 }) })) {
 *   console.log(images.join(' ')) // 3 2 1
 * }
 * ```
 */
export function flip({ probability = 0.5 }: FlipOptions = {}): Augmentation {
  checkProbability('flip', 'probability', probability)
  return (batch, random) => {
    const { images, size, shape } = batch
    const [height, width, channels] = shape
    const values = valuesPerImage(shape)
    for (let i = 0; i < size; i++) {
      if (random(i).between(0, 1) >= probability) continue
      for (let y = 0; y < height; y++) mirrorRow(images, i * values + y * width * channels, width, channels)
    }
    return batch
  }
}

function mirrorRow(images: Uint8Array, start: number, width: number, channels: number): void {
  let left = start
  let right = start + (width - 1) * channels
  for (; left < right; right -= 2 * channels) {
    for (let channel = 0; channel < channels; channel++, left++, right++) {
      const held = images[left] ?? 0
      images[left] = images[right] ?? 0
      images[right] = held
    }
  }
}
