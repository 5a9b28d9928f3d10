import { maskedCrc32c } from './crc32c.ts'

/**
 * Bytes as a record of a TFRecord file: their number in eight bytes, its checksum, the bytes, their checksum; all numbers
 * little-endian.
 */
export function record(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(bytes.length + 16)
  const view = new DataView(framed.buffer)
  view.setBigUint64(0, BigInt(bytes.length), true)
  view.setUint32(8, maskedCrc32c(framed.subarray(0, 8)), true)
  framed.set(bytes, 12)
  view.setUint32(12 + bytes.length, maskedCrc32c(bytes), true)
  return framed
}
