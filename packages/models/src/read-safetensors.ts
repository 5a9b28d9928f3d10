import {
  byteLength,
  DTYPE_SIZES,
  invalidFile,
  LARGEST_HEADER,
  METADATA,
  type SafetensorsDtype,
  type SafetensorsEntry,
  type SafetensorsFile,
} from './safetensors-format.ts'

/**
 * Reads a safetensors file, any file: for the weights of a model see `loadWeights`.
 *
 *     8 bytes: the header's length n, little-endian; n bytes: JSON; then the tensors' bytes without gaps
 *
 * (huggingface/safetensors, "Format"). As strict as the format's own reader: the header is an object in UTF-8 of at
 * most 100 MB that fits the file; each tensor has a known dtype, a shape, and as many bytes as these make; together
 * they cover the rest of the file once, without gap or overlap. Sizes are checked before memory is taken. Dtypes of
 * less than a byte are not known.
 *
 * Memory: nothing is copied; the entries' `bytes` are views of the argument.
 *
 * @param bytes - The whole file.
 * @throws ModelError `INVALID_FILE`, saying what was expected and what was found.
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from '@gg/models'
 *
 * const bytes = new Uint8Array(new Float32Array([1, 2]).buffer)
 * const file = writeSafetensors(new Map([['w', { dtype: 'F32', shape: [2], bytes }]]))
 * console.log(file.length, readSafetensors(file).tensors.get('w')?.shape) // → 72 [ 2 ]
 * ```
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, start } = readHeader(bytes)
  const metadata = new Map<string, string>()
  const found: (readonly [name: string, entry: Entry])[] = []
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) for (const [key, text] of textsOf(value)) metadata.set(key, text)
    else found.push([name, entryOf(name, value)])
  }
  found.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  let end = 0
  const tensors = new Map<string, SafetensorsEntry>()
  for (const [name, entry] of found) {
    if (entry.begin !== end)
      throw invalidFile(`have '${name}' start where the last tensor ends, at ${end}`, `${entry.begin}`)
    end = entry.end
    const view = start + end <= bytes.length ? bytes.subarray(start + entry.begin, start + end) : new Uint8Array()
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, bytes: view })
  }
  if (start + end !== bytes.length) {
    throw invalidFile(`have ${start + end} bytes, as its header says`, `${bytes.length}`)
  }
  return { tensors, metadata }
}

interface Entry {
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

function readHeader(bytes: Uint8Array): { readonly header: object; readonly start: number } {
  if (bytes.length < 8) throw invalidFile('start with 8 bytes of length', `${bytes.length} bytes`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  if (length > LARGEST_HEADER) throw invalidFile(`have a header of at most ${LARGEST_HEADER} bytes`, `${length}`)
  const start = 8 + Number(length)
  if (start > bytes.length)
    throw invalidFile(`hold a header of ${length} bytes`, `${bytes.length - 8} after its length`)
  // The format says so, so that a file cannot be two things at once.
  if (bytes[8] !== 0x7b) throw invalidFile("have '{' at byte 8", start > 8 ? `byte ${bytes[8]}` : 'no header')
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start))
    // What starts with '{' is an object, if it is anything.
    return { header: JSON.parse(text) as object, start }
  } catch (cause) {
    throw invalidFile('have a header of JSON in UTF-8', cause instanceof Error ? cause.message : 'none', { cause })
  }
}

function textsOf(value: unknown): (readonly [string, string])[] {
  const entries = isRecord(value) ? Object.entries(value) : []
  if (isRecord(value) && entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    return entries
  throw invalidFile(`have text by name in ${METADATA}`, shown(value))
}

function entryOf(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets, ...rest } = isRecord(value) ? value : {}
  if (typeof dtype !== 'string' || !isNumbers(shape) || !isNumbers(offsets) || Object.keys(rest).length > 0) {
    throw invalidFile(`have dtype, shape and data_offsets of '${name}', and no more`, shown(value))
  }
  if (!DTYPE_SIZES.has(dtype)) throw invalidFile(`have a dtype of {${[...DTYPE_SIZES.keys()]}} at '${name}'`, dtype)
  const [begin = Number.NaN, end = Number.NaN] = offsets
  const size = byteLength(dtype, shape)
  // NaN is equal to nothing, so that a size that is none is refused here as well.
  if (offsets.length !== 2 || !Number.isSafeInteger(begin) || begin < 0 || end - begin !== size) {
    throw invalidFile(`have ${size} bytes of '${name}', ${dtype} [${shape}]`, `data_offsets [${offsets}]`)
  }
  return { dtype: dtype as SafetensorsDtype, shape, begin, end }
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
