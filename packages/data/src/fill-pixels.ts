import { DataError } from './data-error.ts'

/** A byte for all channels, or one for each. */
export type Fill = number | readonly number[]

/**
 * The bytes of one pixel.
 *
 * @throws `INVALID_ARGUMENT` for what is no byte, and for another number of channels than `channels`
 */
export function pixelOf(fn: string, fill: Fill, channels?: number): readonly number[] {
  const pixel = typeof fill === 'number' ? Array.from({ length: channels ?? 1 }, () => fill) : fill
  const valid = pixel.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)
  if (valid && pixel.length === (channels ?? pixel.length) && pixel.length > 0) return pixel
  const count = channels === undefined ? 'one for each channel' : `${channels} (one for each channel)`
  throw new DataError(
    'INVALID_ARGUMENT',
    `${fn}: \`fill\` must be a byte from 0 to 255 or ${count}, got ${pixel.join(', ') || 'none'}.`,
  )
}

/** Writes the pixel again and again over the values from `start` to `end`. */
export function fillPixels(images: Uint8Array, start: number, end: number, pixel: readonly number[]): void {
  if (start >= end) return
  const channels = pixel.length
  for (let channel = 0; channel < channels; channel++) {
    const byte = pixel[channel] ?? 0
    for (let i = start + channel; i < end; i += channels) images[i] = byte
  }
}
