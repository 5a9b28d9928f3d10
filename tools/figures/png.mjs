// A PNG file from red, green and blue of each pixel, with no library: a figure holds dozens of small ones.
import { deflateSync } from 'node:zlib'

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
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

function crc32(bytes) {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
