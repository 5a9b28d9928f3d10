import type { ByteReader } from './byte-reader.ts'
import { corruptMat } from './mat-format.ts'

/** What all parts of a reader of one file need to know. */
export interface MatContext {
  /** `fn: \`path\``, for messages. */
  readonly label: string
  readonly littleEndian: boolean
}

/** The beginning of an element. */
export interface MatTag {
  readonly type: number
  /** Bytes of data. */
  readonly size: number
  /** The data itself, if it is so short that it stands in the tag. */
  readonly short?: Uint8Array
}

/** Reads a tag: type and size in eight bytes, or in four with up to four bytes of data behind. */
export async function readTag(reader: ByteReader, { label, littleEndian }: MatContext): Promise<MatTag> {
  const view = new DataView(await readExactly(reader, 8, label))
  const first = view.getUint32(0, littleEndian)
  if (first >>> 16 === 0) return { type: first, size: view.getUint32(4, littleEndian) }
  const size = first >>> 16
  if (size > 4) throw corruptMat(label, 'hold short elements of at most 4 bytes', `${size}`)
  return { type: first & 0xffff, size, short: new Uint8Array(view.buffer, 4, size) }
}

/** Reads the data of a small element, up to `most` bytes, and the padding behind it. */
export async function readSmall(
  reader: ByteReader,
  most: number,
  context: MatContext,
): Promise<MatTag & { readonly data: DataView }> {
  const tag = await readTag(reader, context)
  if (tag.size > most) throw corruptMat(context.label, `describe an array in at most ${most} bytes`, `${tag.size}`)
  if (tag.short !== undefined) return { ...tag, data: new DataView(tag.short.buffer, tag.short.byteOffset, tag.size) }
  const padded = Math.ceil(tag.size / 8) * 8
  return { ...tag, data: new DataView(await readExactly(reader, padded, context.label), 0, tag.size) }
}

async function readExactly(reader: ByteReader, count: number, label: string): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(count)
  const found = await reader.read(bytes)
  if (found < count) throw endsEarly(label)
  return bytes.buffer
}

/** The error for a file, or an element, that stops before its end. */
export function endsEarly(label: string): Error {
  return corruptMat(label, 'hold all that its headers announce', 'less')
}
