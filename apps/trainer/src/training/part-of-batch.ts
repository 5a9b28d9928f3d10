import type { ImageBatch } from '@gg/data'

/**
 * One of `parts` pieces of a batch, as views: images next to each other, and as many as in any other piece, or one more.
 * Empty where there are more pieces than images.
 */
export function partOfBatch(batch: ImageBatch, part: number, parts: number): ImageBatch {
  if (parts === 1) return batch
  const { size, shape, mixup } = batch
  const start = Math.floor((part * size) / parts)
  const end = Math.floor(((part + 1) * size) / parts)
  const values = shape.reduce((product, n) => product * n, 1)
  return {
    ...batch,
    images: batch.images.subarray(start * values, end * values),
    labels: batch.labels.subarray(start, end),
    indices: batch.indices.subarray(start, end),
    size: end - start,
    ...(mixup && { mixup: { labels: mixup.labels.subarray(start, end), weights: mixup.weights.subarray(start, end) } }),
  }
}
