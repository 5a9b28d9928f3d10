import { ModelError } from './model-error.ts'

/** The types of numbers that a file may hold, by their names in the format. */
export type SafetensorsDtype =
  | 'BOOL'
  | 'U8'
  | 'I8'
  | 'F8_E4M3'
  | 'F8_E5M2'
  | 'U16'
  | 'I16'
  | 'F16'
  | 'BF16'
  | 'U32'
  | 'I32'
  | 'F32'
  | 'U64'
  | 'I64'
  | 'F64'

/** One tensor of a file, as bytes. */
export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  /** The numbers, little-endian, the last axis running fastest. */
  readonly bytes: Uint8Array
}

/** What a file holds. */
export interface SafetensorsFile {
  /** By name, in the order in which their numbers lie in the file. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>
  /** Text by name. */
  readonly metadata: ReadonlyMap<string, string>
}

/** Bytes of one number. In the order of the format's own writer, which sorts by it. */
export const DTYPE_SIZES: ReadonlyMap<string, number> = new Map<SafetensorsDtype, number>([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E5M2', 1],
  ['F8_E4M3', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['F64', 8],
  ['I64', 8],
  ['U64', 8],
])

/** The longest header that the format allows. */
export const LARGEST_HEADER = 100_000_000

/** The key of the metadata within the header. */
export const METADATA = '__metadata__'

/** The bytes of a tensor; NaN where its dtype or shape is none. */
export function byteLength(dtype: string, shape: readonly number[]): number {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return Number.NaN
  const bytes = shape.reduce((product, size) => product * size, DTYPE_SIZES.get(dtype) ?? Number.NaN)
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN
}

/** What is wrong with a file. */
export function invalidFile(expected: string, found: string, options?: ErrorOptions): ModelError {
  return new ModelError(
    'INVALID_FILE',
    `readSafetensors: \`bytes\` must ${expected}, got ${found}. The file is damaged or of another format.`,
    options,
  )
}
