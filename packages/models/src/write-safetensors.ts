import { ModelError } from './model-error.ts'
import { byteLength, DTYPE_SIZES, METADATA, type SafetensorsEntry } from './safetensors-format.ts'

/**
 * Makes a safetensors file, the same bytes that the format's own writer makes: tensors ordered by the size of their
 * numbers, largest first, then dtype and name; the header padded with spaces to a multiple of 8, so that numbers are
 * aligned. For the weights of a model see `saveWeights`.
 *
 * Memory: borrows the entries; the file is new.
 *
 * @param tensors - By name; the names may be anything but `__metadata__`.
 * @param metadata - Text by name, such as `{ format: 'pt' }`.
 * @throws ModelError `INVALID_ARGUMENT` for a tensor whose bytes are not as many as its dtype and shape make.
 *
 * @example
 * ```ts
 * import { writeSafetensors } from '@gg/models'
 *
 * const file = writeSafetensors(new Map([['b', { dtype: 'U8', shape: [1], bytes: new Uint8Array([7]) }]]))
 * console.log(new TextDecoder().decode(file.subarray(8, -1)).trim()) // → {"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
 * ```
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: { readonly [name: string]: string } = {},
): Uint8Array {
  for (const [name, entry] of tensors) checkEntry(name, entry)
  const sorted = [...tensors].sort(([a, x], [b, y]) => rank(y) - rank(x) || compare(a, b))
  let end = 0
  const described = sorted.map(([name, { dtype, shape, bytes }]) => {
    const begin = end
    end += bytes.length
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const
  })
  const texts = Object.keys(metadata).length === 0 ? [] : [[METADATA, metadata] as const]
  // Pieced together: an object would put names that are numbers first.
  const members = [...texts, ...described].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  const header = new TextEncoder().encode(`{${members.join(',')}}`)
  const start = 8 + 8 * Math.ceil(header.length / 8)
  const file = new Uint8Array(start + end)
  file.fill(0x20, 8, start)
  file.set(header, 8)
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true)
  for (const [i, [, { bytes }]] of sorted.entries()) file.set(bytes, start + (described[i]?.[1].data_offsets[0] ?? 0))
  return file
}

/** The order of dtypes in the format's own writer, which is that of `DTYPE_SIZES`. */
function rank({ dtype }: SafetensorsEntry): number {
  return [...DTYPE_SIZES.keys()].indexOf(dtype)
}

/** By code point, as Rust orders text, and not by the words of some language. */
function compare(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  const i = left.findIndex((letter, i) => letter !== right[i])
  if (i < 0) return left.length - right.length
  return (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? -1)
}

function checkEntry(name: string, { dtype, shape, bytes }: SafetensorsEntry): void {
  const size = byteLength(dtype, shape)
  if (name !== METADATA && size === bytes.length) return
  throw new ModelError(
    'INVALID_ARGUMENT',
    `writeSafetensors: \`tensors\` must have ${size} bytes at '${name}', ${dtype} [${shape}], got ${bytes.length}` +
      `${name === METADATA ? ', and a name that is not kept for the metadata' : ''}.`,
  )
}
