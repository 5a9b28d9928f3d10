import type { Augmentation } from './augmentation.ts'
import { betaSample } from './beta-sample.ts'
import { DataError } from './data-error.ts'
import { valuesPerImage } from './image-dataset.ts'

/** How strongly `mixup` mixes. */
export interface MixupOptions {
  /** Both parameters of the Beta distribution, above 0, at most 1e6; 0.2 to 1 are usual. Small ones mix little. */
  readonly alpha: number
}

/**
 * Mixes each image with another of its batch, and leaves two labels and a weight: `x = w x_i + (1 - w) x_j` with
 * `w ~ Beta(alpha, alpha)`, rounded to bytes. The loss to take is `w loss(y_i) + (1 - w) loss(y_j)`, which is cross-entropy
 * with the mixed label.
 *
 * Zhang, Cisse, Dauphin and Lopez-Paz 2018, *mixup: beyond empirical risk minimization*, equations 1 and 2. Their code
 * draws one weight for a batch and a permutation for the partners; ours draws a weight and a partner for each image, which
 * may be the image itself, so that what an image is mixed with does not hang on its neighbours' draws.
 *
 * The weights are the same on every engine: logarithm and exponential are this package's own, of `+ - * /`.
 *
 * @param options `alpha`
 * @returns an augmentation for `batches`; the batch has `mixup` with the second labels and the weights of the first, which
 *   `toTensors` passes on. Put it last: no other step knows of two labels.
 * @throws `INVALID_ARGUMENT`; when it runs, `MISMATCH` for a batch that is mixed already
 *
 * @example
 * ```ts
 * import { batches, fromArrays, mixup } from '@gg/data'
 *
 * const two = fromArrays({ images: Uint8Array.of(0, 200), labels: [0, 1], shape: [1, 1, 1] })
 * for (const batch of batches(two, { batchSize: 2, seed: 11, shuffle: false, augment: mixup({ alpha: 1 }) })) {
 *   console.log(batch.images.join(' '), batch.mixup.labels.join(' ')) // 64 189 1 0
 * }
 * ```
 */
export function mixup({ alpha }: MixupOptions): Augmentation {
  if (!(alpha > 0 && alpha <= 1e6)) {
    throw new DataError('INVALID_ARGUMENT', `mixup: \`alpha\` must be above 0 and at most 1e6, got ${String(alpha)}.`)
  }
  return (batch, random) => {
    if (batch.mixup !== undefined) {
      throw new DataError('MISMATCH', 'mixup: `batch` must not be mixed yet, got one that is. Use mixup once.')
    }
    const { images, size, shape } = batch
    const values = valuesPerImage(shape)
    const originals = images.slice()
    const labels = new Int32Array(size)
    const weights = new Float32Array(size)
    for (let i = 0; i < size; i++) {
      const draw = random(i)
      const partner = draw.below(size)
      // The weight that is given out is the one that is used: rounded to float32 first.
      const weight = Math.fround(betaSample(alpha, draw))
      labels[i] = batch.labels[partner] ?? 0
      weights[i] = weight
      const shift = (partner - i) * values
      for (let v = i * values; v < (i + 1) * values; v++) {
        images[v] = weight * (originals[v] ?? 0) + (1 - weight) * (originals[v + shift] ?? 0) + 0.5
      }
    }
    return { ...batch, mixup: { labels, weights } }
  }
}
