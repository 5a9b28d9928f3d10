import { checkDataset, type ImageDataset } from './image-dataset.ts'

/** Mean and standard deviation of each channel, of values in [0, 1]: what `toTensors` normalizes with. */
export interface ChannelStatistics {
  /** One number per channel. */
  readonly mean: readonly number[]
  /** One number per channel. */
  readonly std: readonly number[]
}

/**
 * Mean and standard deviation of each channel of a data set, over all pixels of all images, to give to `toTensors`. For
 * the well-known sets `normalization` has the published numbers; use this for images of one's own, and on the training
 * split only.
 *
 * Exact: it counts bytes, and computes from the 256 counts in float64. The deviation is that of the population (divided by
 * `n`), as the published ones are.
 *
 * @param dataset any data set
 * @returns numbers between 0 and 1; a channel without variation has the deviation 0, which `toTensors` refuses
 * @throws `MISMATCH` for a data set whose arrays do not fit its size
 *
 * @example
 * ```ts
 * import { channelStatistics, glyphs } from '@gg/data'
 *
 * const { mean, std } = channelStatistics(glyphs({ size: 1000, seed: 1 }))
 * console.log(mean.map((x) => x.toFixed(4)).join(' '), std.map((x) => x.toFixed(4)).join(' ')) // 0.1418 0.1487
 * ```
 */
export function channelStatistics(dataset: ImageDataset): ChannelStatistics {
  checkDataset('channelStatistics', dataset)
  const channels = dataset.shape[2]
  const counts = Array.from({ length: channels }, () => new Float64Array(256))
  const { images } = dataset
  counts.forEach((count, channel) => {
    for (let i = channel; i < images.length; i += channels) {
      const byte = images[i] ?? 0
      count[byte] = (count[byte] ?? 0) + 1
    }
  })
  const n = images.length / channels
  const mean = counts.map((count) => count.reduce((sum, c, byte) => sum + c * byte, 0) / n / 255)
  const std = counts.map((count, channel) => {
    const center = (mean[channel] ?? 0) * 255
    return Math.sqrt(count.reduce((sum, c, byte) => sum + c * (byte - center) ** 2, 0) / n) / 255
  })
  return { mean, std }
}
