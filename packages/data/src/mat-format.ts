import { DataError } from './data-error.ts'

/** How one kind of number is stored. */
export interface MatType {
  readonly name: string
  /** Bytes of one value. */
  readonly bytes: number
  readonly get: (view: DataView, at: number, littleEndian: boolean) => number
}

/** The types of elements that hold numbers, by their numbers in the format. */
export const NUMERIC_TYPES: Readonly<Record<number, MatType>> = {
  1: { name: 'int8', bytes: 1, get: (view, at) => view.getInt8(at) },
  2: { name: 'uint8', bytes: 1, get: (view, at) => view.getUint8(at) },
  3: { name: 'int16', bytes: 2, get: (view, at, little) => view.getInt16(at, little) },
  4: { name: 'uint16', bytes: 2, get: (view, at, little) => view.getUint16(at, little) },
  5: { name: 'int32', bytes: 4, get: (view, at, little) => view.getInt32(at, little) },
  6: { name: 'uint32', bytes: 4, get: (view, at, little) => view.getUint32(at, little) },
  7: { name: 'single', bytes: 4, get: (view, at, little) => view.getFloat32(at, little) },
  9: { name: 'double', bytes: 8, get: (view, at, little) => view.getFloat64(at, little) },
}

/** An element that holds an array: elements for its class, shape, name and values. */
export const MATRIX = 14
/** An element that holds another one, compressed by zlib. */
export const COMPRESSED = 15

/** Classes of arrays from double to uint64; cells, structures, text and sparse arrays have lower numbers. */
export const NUMERIC_CLASSES = { first: 6, last: 15 } as const

/** The error for a file that is not what the format says. */
export function corruptMat(label: string, expected: string, found: string): DataError {
  return new DataError(
    'CORRUPT_FILE',
    `${label} must ${expected}, got ${found}. See that it is the right file, or download it again.`,
  )
}
