import { DataError } from './data-error.ts'
import { decompress } from './decompress.ts'
import { parseIdxHeader, wrongLength } from './read-idx.ts'
import { reasonOf } from './reason-of.ts'

/** An IDX header has at most 255 dimensions. */
const LONGEST_HEADER = 4 + 4 * 255

/** Deflate makes at most 1,032 bytes from one. */
const LARGEST_RATIO = 1032

/**
 * Decompresses an IDX file into memory of the length that its own header announces. The header comes first: a file that
 * announces more than its compressed length can hold takes no memory, and one that goes on after its end is refused there.
 *
 * @throws `CORRUPT_FILE` for a damaged or truncated file; the errors of the header
 */
export async function gunzipIdx(compressed: Uint8Array, label: string, dimensions: number): Promise<Uint8Array> {
  let start = new Uint8Array(0)
  let file: Uint8Array | undefined
  let length = 0
  try {
    for await (const chunk of decompress('gzip', pieces(compressed))) {
      if (file === undefined) {
        start = concat(start, chunk)
        if (start.length < LONGEST_HEADER) continue
        file = allocate(start, compressed.length, label, dimensions)
        length = fill(file, 0, start, label, dimensions)
      } else {
        length = fill(file, length, chunk, label, dimensions)
      }
    }
  } catch (error) {
    if (error instanceof DataError) throw error
    throw new DataError(
      'CORRUPT_FILE',
      `${label} must be a complete gzip file, got ${compressed.length} bytes that do not decompress (${reasonOf(error)}). ` +
        'Download it again.',
      { cause: error },
    )
  }
  return file === undefined ? start : file.subarray(0, length)
}

/** In pieces, so that a file that goes on after its end is not decompressed whole before that is seen. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let i = 0; i < bytes.length; i += 65_536) yield bytes.subarray(i, i + 65_536)
}

function allocate(start: Uint8Array, compressedLength: number, label: string, dimensions: number): Uint8Array {
  const { shape, fileLength } = parseIdxHeader(start, label, dimensions)
  const most = compressedLength * LARGEST_RATIO
  if (fileLength > most) {
    throw wrongLength(label, shape, fileLength, `a .gz of ${compressedLength} bytes, which holds at most ${most}`)
  }
  return new Uint8Array(fileLength)
}

function fill(file: Uint8Array, length: number, chunk: Uint8Array, label: string, dimensions: number): number {
  if (length + chunk.length > file.length) {
    const { shape } = parseIdxHeader(length === 0 ? chunk : file, label, dimensions)
    throw wrongLength(label, shape, file.length, 'more')
  }
  file.set(chunk, length)
  return length + chunk.length
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
