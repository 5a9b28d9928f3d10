import type { ByteReader } from './byte-reader.ts'
import { endsEarly, type MatContext, readSmall, readTag } from './mat-element.ts'
import { corruptMat, type MatType, NUMERIC_CLASSES, NUMERIC_TYPES } from './mat-format.ts'

/** A numeric array whose values can be read, once, in MATLAB's order: the first index runs fastest. */
export interface MatArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: MatType
  /** Fills `target` with the bytes of the next values. */
  readonly fill: (target: Uint8Array) => Promise<void>
  /** All values that are left, as numbers. */
  readonly numbers: () => Promise<Float64Array>
}

/** Names are at most 63 letters, dimensions at most 32 here, of 4 bytes each. */
const LONGEST = 128

/**
 * Reads what an array says about itself, up to its values.
 *
 * @param most bytes that the values can be at most, in a file of this length
 * @returns `undefined` for what is no array of real numbers
 */
export async function readMatArray(
  reader: ByteReader,
  most: number,
  context: MatContext,
): Promise<MatArray | undefined> {
  const { label, littleEndian } = context
  const flags = await readSmall(reader, LONGEST, context)
  if (flags.size < 8) throw corruptMat(label, 'have 8 bytes of flags for an array', `${flags.size}`)
  const word = flags.data.getUint32(0, littleEndian)
  const numberClass = word & 0xff
  const isComplex = (word & 0x800) !== 0
  if (numberClass < NUMERIC_CLASSES.first || numberClass > NUMERIC_CLASSES.last || isComplex) return undefined
  const dimensions = await readSmall(reader, LONGEST, context)
  const shape = Array.from({ length: dimensions.size >>> 2 }, (_, i) => dimensions.data.getInt32(4 * i, littleEndian))
  const letters = await readSmall(reader, LONGEST, context)
  const name = new TextDecoder().decode(letters.data)
  const { type: number, size, short } = await readTag(reader, context)
  const type = NUMERIC_TYPES[number]
  if (type === undefined) return undefined
  const length = shape.reduce((product, n) => product * n, 1)
  if (shape.length < 2 || shape.some((n) => n < 0) || length * type.bytes !== size) {
    throw corruptMat(label, `hold ${shape.join(' x ')} values of ${type.bytes} bytes as ${name}`, `${size} bytes`)
  }
  if (size > most)
    throw corruptMat(label, `hold at most ${most} bytes in an array of that length`, `${size} for ${name}`)
  let taken = 0
  const fill = async (target: Uint8Array): Promise<void> => {
    if (short !== undefined) target.set(short.subarray(taken, taken + target.length))
    else if ((await reader.read(target)) < target.length) throw endsEarly(label)
    taken += target.length
  }
  const numbers = async (): Promise<Float64Array> => {
    const view = new DataView(new ArrayBuffer(size - taken))
    await fill(new Uint8Array(view.buffer))
    return Float64Array.from({ length: view.byteLength / type.bytes }, (_, i) =>
      type.get(view, i * type.bytes, littleEndian),
    )
  }
  return { name, shape, type, fill, numbers }
}
