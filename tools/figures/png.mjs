// A PNG file from red, green and blue of each pixel, with no library: a figure holds dozens of small ones.
import { deflateSync } from 'node:zlib'
import { pngFile } from './png-chunks.mjs'

/** The file of `width` × `height` pixels; `color(x, y)` gives three numbers of 0 to 255. */
export function png(width, height, color) {
  const rows = Buffer.alloc((3 * width + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [c, level] of color(x, y).entries()) {
        // 32 levels are more than an eye tells apart here, and they keep the file small.
        rows[y * (3 * width + 1) + 1 + 3 * x + c] = Math.min(255, Math.max(0, Math.round(level / 8) * 8))
      }
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits, red green blue
  return pngFile([
    ['IHDR', header],
    ['IDAT', deflateSync(rows, { level: 9 })],
  ])
}
