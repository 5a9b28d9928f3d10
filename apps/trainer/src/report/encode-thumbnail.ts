import type { ImageShape } from '@gg/data'
import { encode } from 'fast-png'

/** The longest side of a picture in a report. */
const SIDE = 64

/**
 * An image as a PNG in base64, made smaller by leaving out pixels where a side is longer than 64.
 *
 * @param pixels - Bytes, row by row, channels last; one or three channels.
 */
export function encodeThumbnail(pixels: Uint8Array, [height, width, channels]: ImageShape): string {
  const stride = Math.ceil(Math.max(height, width) / SIDE)
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const small = new Uint8Array(rows * columns * channels)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * stride * width + column * stride) * channels
      small.set(pixels.subarray(from, from + channels), (row * columns + column) * channels)
    }
  }
  return Buffer.from(encode({ width: columns, height: rows, data: small, channels, depth: 8 })).toString('base64')
}
