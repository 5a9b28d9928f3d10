import { DataError } from './data-error.ts'

/** What an IDX file holds. */
export interface IdxArray {
  /** Length of each dimension, the first being the number of items. */
  readonly shape: readonly number[]
  /** The bytes, last dimension fastest. */
  readonly data: Uint8Array
}

/** What the beginning of an IDX file says about the rest. */
export interface IdxHeader {
  readonly shape: readonly number[]
  /** Bytes before the data: the magic number, and four for each dimension. */
  readonly headerLength: number
  /** Bytes of the whole file: header and data. */
  readonly fileLength: number
}

/** Types of values that IDX knows, by the third byte of the magic number. */
const TYPES: Readonly<Record<number, string>> = {
  8: 'unsigned bytes',
  9: 'signed bytes',
  11: '16-bit integers',
  12: '32-bit integers',
  13: '32-bit floats',
  14: '64-bit floats',
}

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST and its kin, from its uncompressed bytes. For MNIST itself use
 * `mnist`, which finds, decompresses and checks the files.
 *
 * The format: two zero bytes, one byte for the type (8 for unsigned bytes), one for the number of dimensions, the length
 * of each dimension as a big-endian 32-bit number, then the data. The file must be exactly as long as its header says;
 * that is checked before anything is made.
 *
 * Memory: `data` is a view of `bytes`, not a copy.
 *
 * @param bytes the whole file, 1 to 255 dimensions
 * @returns shape and data
 * @throws `CORRUPT_FILE` for a wrong magic number or a wrong length, `UNSUPPORTED_FILE` for values that are not unsigned
 *   bytes
 *
 * @example
 * ```ts
 * import { readIdx } from '@gg/data'
 *
 * const { shape, data } = readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
 * console.log(shape.join('x'), data.join(' ')) // 3 5 0 4
 * ```
 */
export function readIdx(bytes: Uint8Array): IdxArray {
  return parseIdx(bytes, 'readIdx: `bytes`')
}

/** `readIdx` for bytes that messages call `label`, with the number of dimensions that the caller expects. */
export function parseIdx(bytes: Uint8Array, label: string, dimensions?: number): IdxArray {
  const { shape, headerLength, fileLength } = parseIdxHeader(bytes, label, dimensions)
  if (bytes.length !== fileLength) throw wrongLength(label, shape, fileLength, `${bytes.length}`)
  // Not `subarray`: of Node's Buffer that is a Buffer again, whose `slice` does not copy.
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + headerLength, bytes.length - headerLength) }
}

/** Reads the header alone, from bytes that may go on or stop anywhere after it. */
export function parseIdxHeader(bytes: Uint8Array, label: string, dimensions?: number): IdxHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4) throw truncated(label, 4, bytes.length)
  const magic = view.getUint32(0)
  const type = TYPES[magic >>> 8]
  const rank = magic & 255
  if (type === undefined || rank === 0 || rank !== (dimensions ?? rank)) {
    const expected = dimensions === undefined ? '0x00000801 to 0x000008ff' : hex(0x800 + dimensions)
    throw new DataError(
      'CORRUPT_FILE',
      `${label} must begin with the IDX magic number ${expected}, got ${hex(magic)}. ` +
        'See that it is the right file, uncompressed or .gz, and not a saved web page.',
    )
  }
  if (magic >>> 8 !== 8) {
    throw new DataError('UNSUPPORTED_FILE', `${label} must hold unsigned bytes, got ${type}. Convert it first.`)
  }
  const headerLength = 4 + 4 * rank
  if (bytes.length < headerLength) throw truncated(label, headerLength, bytes.length)
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  // In float64: a product too large for it becomes Infinity and equals no length.
  const fileLength = headerLength + shape.reduce((product, length) => product * length, 1)
  return { shape, headerLength, fileLength }
}

/** The error for a file that is not as long as its header says. */
export function wrongLength(label: string, shape: readonly number[], expected: number, found: string): DataError {
  return new DataError(
    'CORRUPT_FILE',
    `${label} must be ${expected} bytes long, as its header says (${shape.join(' x ')}), got ${found}. Download it again.`,
  )
}

function truncated(label: string, expected: number, found: number): DataError {
  const message = `${label} must have a header of at least ${expected} bytes, got ${found} in all. Download it again.`
  return new DataError('CORRUPT_FILE', message)
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`
}
