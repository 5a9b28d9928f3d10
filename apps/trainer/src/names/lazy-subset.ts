import type { LazyImageDataset } from '@gg/data'

/** The images at `chosen`, in that order, read when they are needed. */
export function lazySubset(images: LazyImageDataset, chosen: ArrayLike<number>): LazyImageDataset {
  const { labels } = images
  const labelsOf = Array.from(chosen, (i) => labels[i] ?? 0)
  return {
    ...images,
    size: chosen.length,
    labels: labels instanceof Uint16Array ? Uint16Array.from(labelsOf) : Uint8Array.from(labelsOf),
    read: (indices) => images.read(Array.from(indices, (i) => chosen[i] ?? 0)),
  }
}
