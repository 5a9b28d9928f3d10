import type { ImageBatch } from '@gg/data'

/** A piece of a batch. */
export interface BatchPart {
  /** Its number, from 0. */
  readonly part: number
  readonly images: ImageBatch
}

/**
 * A batch in `parts` pieces, as views: images next to each other, and as many in each piece as in any other, or one more.
 * There are fewer pieces where there are fewer images.
 */
export function partsOfBatch(batch: ImageBatch, parts: number): readonly BatchPart[] {
  const { size, shape, mixup } = batch
  const length = Math.min(parts, size)
  if (length === 1) return [{ part: 0, images: batch }]
  const values = shape.reduce((product, n) => product * n, 1)
  return Array.from({ length }, (_, part) => {
    const start = Math.floor((part * size) / length)
    const end = Math.floor(((part + 1) * size) / length)
    const images = {
      ...batch,
      images: batch.images.subarray(start * values, end * values),
      labels: batch.labels.subarray(start, end),
      indices: batch.indices.subarray(start, end),
      size: end - start,
      ...(mixup && {
        mixup: { labels: mixup.labels.subarray(start, end), weights: mixup.weights.subarray(start, end) },
      }),
    }
    return { part, images }
  })
}
