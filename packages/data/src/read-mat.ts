import { type ByteReader, byteReader } from './byte-reader.ts'
import { DataError } from './data-error.ts'
import { decompress } from './decompress.ts'
import type { OpenFile } from './file-source.ts'
import { type MatArray, readMatArray } from './mat-array.ts'
import { endsEarly, type MatContext, readTag } from './mat-element.ts'
import { COMPRESSED, corruptMat, MATRIX } from './mat-format.ts'
import { reasonOf } from './reason-of.ts'

/** Deflate makes at most 1,032 bytes from one. */
const LARGEST_RATIO = 1032

/** The file's header: text, and at its end the version and the byte order. */
const HEADER = 128

type Visit = (array: MatArray) => Promise<void>

/**
 * Goes through a MATLAB v5 file once, as a stream, and shows each array of real numbers, compressed or not, to `visit`.
 * What `visit` does not read is passed over, and so is all that is no such array. Sizes are checked against the length of
 * the file before anybody sees them; the checksums of compressed arrays are verified.
 *
 * @throws `CORRUPT_FILE`, `UNSUPPORTED_FILE`; what `visit` throws
 */
export async function readMat(fn: string, file: OpenFile, visit: Visit): Promise<void> {
  const label = `${fn}: \`${file.path}\``
  const reader = byteReader(file.chunks())
  try {
    const context = { label, littleEndian: await readHeader(reader, label) }
    while (!(await reader.atEnd())) {
      const { type, size } = await readTag(reader, context)
      if (size > file.size) throw endsEarly(label)
      const { chunks, left } = reader.part(size)
      const content = byteReader(type === COMPRESSED ? decompress('deflate', chunks) : chunks)
      try {
        if (type === COMPRESSED) await readCompressed(content, size * LARGEST_RATIO, context, visit)
        else await readElement(content, type, size, context, visit)
      } finally {
        await content.close()
      }
      if ((await reader.skip(left())) < left()) throw endsEarly(label)
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    throw new DataError('CORRUPT_FILE', `${label} must decompress, got: ${reasonOf(cause)}. Download it again.`, {
      cause,
    })
  } finally {
    await reader.close()
  }
}

/** Reads the file's header, and returns whether numbers have their lowest byte first. */
async function readHeader(reader: ByteReader, label: string): Promise<boolean> {
  const header = new Uint8Array(HEADER)
  const found = await reader.read(header)
  const order = String.fromCharCode(header[126] ?? 0, header[127] ?? 0)
  const littleEndian = order === 'IM'
  if (found < HEADER || !(littleEndian || order === 'MI')) {
    throw corruptMat(label, 'begin with the header of a MATLAB v5 file', `${found} bytes without it`)
  }
  const version = new DataView(header.buffer).getUint16(124, littleEndian)
  if (version === 0x0100) return littleEndian
  throw new DataError(
    'UNSUPPORTED_FILE',
    `${label} must be a MATLAB file of version 5 (0x0100), got 0x${version.toString(16).padStart(4, '0')}. ` +
      'Save it in MATLAB with -v7, or in SciPy.',
  )
}

/** One element in a stream that must hold nothing else; read to the end, where the checksum is. */
async function readCompressed(reader: ByteReader, most: number, context: MatContext, visit: Visit): Promise<void> {
  const { type, size } = await readTag(reader, context)
  if (size > most) throw corruptMat(context.label, `hold at most ${most} bytes in an element of its length`, `${size}`)
  await readElement(reader, type, size, context, visit)
  if (!(await reader.atEnd())) throw corruptMat(context.label, 'hold one array in a compressed element', 'more')
}

async function readElement(
  reader: ByteReader,
  type: number,
  size: number,
  context: MatContext,
  visit: Visit,
): Promise<void> {
  if (type !== MATRIX) throw corruptMat(context.label, 'hold arrays', `an element of type ${type}`)
  const { chunks, left } = reader.part(size)
  const content = byteReader(chunks)
  // An empty array has no more than its tag.
  const array = size > 0 ? await readMatArray(content, size, context) : undefined
  if (array !== undefined) await visit(array)
  await content.skip(Number.POSITIVE_INFINITY)
  if (left() > 0) throw endsEarly(context.label)
}
