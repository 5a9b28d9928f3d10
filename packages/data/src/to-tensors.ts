import { type Tensor1D, type Tensor4D, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core'
import { DataError } from './data-error.ts'
import type { ImageBatch } from './image-batch.ts'
import { type ImageShape, valuesPerImage } from './image-dataset.ts'

/** How `toTensors` normalizes. */
export interface ToTensorsOptions {
  /** Subtracted after scaling to [0, 1]: one number, or one per channel; 0 unless given. */
  readonly mean?: number | readonly number[]
  /** Divided by after that: one number, or one per channel, above 0; 1 unless given. */
  readonly std?: number | readonly number[]
}

/** A batch as tensors, which the caller owns and disposes of. */
export interface TensorBatch {
  /** float32 `[size, height, width, channels]`. */
  readonly images: Tensor4D
  /** int32 `[size]`. */
  readonly labels: Tensor1D
  /** What `mixup` left in the batch: the second labels, int32 `[size]`, and the weights of the first, float32 `[size]`. */
  readonly mixup?: { readonly labels: Tensor1D; readonly weights: Tensor1D }
}

/**
 * A batch as tensors on the current backend: images as `(byte / 255 - mean) / std` in float32, labels in int32. The
 * arithmetic is done in float64 before the upload, so all backends get the same numbers.
 *
 * Memory: the caller owns the tensors, four of them after `mixup`; nothing else is made, and nothing is left when it
 * throws.
 *
 * @param batch what `batches` yields
 * @param options `mean` and `std`, for example `normalization.mnist`
 * @returns the tensors
 * @throws `INVALID_ARGUMENT` for a `mean` or `std` that is not finite, a `std` that is not above 0 or a wrong number of
 *   channels; `MISMATCH` for a batch whose arrays do not fit its size
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu'
 * import { batches, glyphs, toTensors } from '@gg/data'
 *
 * for (const batch of batches(glyphs({ size: 64, seed: 1 }), { batchSize: 64 })) {
 *   const { images, labels } = toTensors(batch, { mean: 0.5, std: 0.25 })
 *   console.log(images.shape.join(' '), labels.dtype) // 64 32 32 1 int32
 *   images.dispose()
 *   labels.dispose()
 * }
 * ```
 */
export function toTensors(batch: ImageBatch, { mean = 0, std = 1 }: ToTensorsOptions = {}): TensorBatch {
  checkBatch(batch)
  const tables = normalizationTables(perChannel('mean', mean, batch.shape), perChannel('std', std, batch.shape))
  const channels = tables.length
  const values = new Float32Array(batch.images.length)
  tables.forEach((table, channel) => {
    for (let i = channel; i < values.length; i += channels) values[i] = table[batch.images[i] ?? 0] ?? 0
  })
  const { mixup } = batch
  return tidy(() => ({
    images: tensor4d(values, [batch.size, ...batch.shape], 'float32'),
    labels: tensor1d(Int32Array.from(batch.labels), 'int32'),
    ...(mixup && {
      mixup: {
        labels: tensor1d(Int32Array.from(mixup.labels), 'int32'),
        weights: tensor1d(Float32Array.from(mixup.weights), 'float32'),
      },
    }),
  }))
}

/** The normalized value of each of the 256 bytes, per channel: one look-up a pixel in place of two divisions. */
function normalizationTables(mean: readonly number[], std: readonly number[]): readonly Float32Array[] {
  return mean.map((m, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - m) / (std[channel] ?? 1)),
  )
}

function perChannel(name: 'mean' | 'std', value: number | readonly number[], shape: ImageShape): readonly number[] {
  const channels = shape[2]
  const list = typeof value === 'number' ? Array.from({ length: channels }, () => value) : value
  const valid = (x: number) => Number.isFinite(x) && (name === 'mean' || x > 0)
  if (list.length === channels && list.every(valid)) return list
  const expected = name === 'mean' ? 'finite' : 'finite and above 0'
  throw new DataError(
    'INVALID_ARGUMENT',
    `toTensors: \`${name}\` must be ${expected}, one number or ${channels} (one per channel), got ${list.join(', ')}.`,
  )
}

function checkBatch({ images, labels, shape, size, mixup }: ImageBatch): void {
  const second = mixup ?? { labels, weights: labels }
  const lengths = [labels.length, second.labels.length, second.weights.length]
  if (images.length === size * valuesPerImage(shape) && lengths.every((length) => length === size)) return
  throw new DataError(
    'MISMATCH',
    `toTensors: \`batch\` must have ${size * valuesPerImage(shape)} image values and ${size} labels for ${size} images ` +
      `of ${shape.join('x')}, got ${images.length} and ${lengths.find((length) => length !== size) ?? size}.`,
  )
}
