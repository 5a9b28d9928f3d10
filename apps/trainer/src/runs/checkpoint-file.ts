import { createHash } from 'node:crypto'
import type { SavedArray, SavedState } from '@gg/core'
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from '@gg/models'
import type { TrainingCheckpoint } from '../training/checkpoint.ts'
import { START } from '../training/position.ts'
import { TrainingError } from '../training-error.ts'

/** Raised when a file of today could not be read by an older `gg`, or the other way round. */
const FORMAT = 1

/** Stands in the header where the checksum is to be while it is computed. */
const BLANK = '0'.repeat(64)

const DTYPES = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const

/**
 * A checkpoint as a safetensors file. Each tensor is named by its state and its path, `params:conv1/kernel`; numbers and
 * the position stand as JSON in the metadata `gg`; `sha256` there is the checksum of the whole file, taken with zeros in
 * its own place. Any reader of safetensors can take the weights out.
 */
export function encodeCheckpoint({ states, position }: TrainingCheckpoint): Uint8Array {
  const tensors = new Map<string, SafetensorsEntry>()
  for (const [state, { arrays }] of Object.entries(states)) {
    for (const [path, array] of Object.entries(arrays)) tensors.set(`${state}:${path}`, entryOf(array))
  }
  const values = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, state.values]))
  const gg = JSON.stringify({ format: FORMAT, position, values })
  const file = writeSafetensors(tensors, { gg, sha256: BLANK })
  const place = placeOfChecksum(file, BLANK)
  const checksum = createHash('sha256').update(file).digest('hex')
  file.set(new TextEncoder().encode(checksum), place)
  return file
}

/**
 * A checkpoint from its file.
 *
 * @param file - For messages.
 * @throws TrainingError `CHECKPOINT_DAMAGED` for a file of which any bit is not as it was written, and for one of another
 *   format.
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): TrainingCheckpoint {
  const damaged = (why: string, options?: ErrorOptions): TrainingError =>
    new TrainingError('CHECKPOINT_DAMAGED', `The checkpoint ${file} is damaged: ${why}.`, options)
  let read: ReturnType<typeof readSafetensors>
  try {
    read = readSafetensors(bytes)
  } catch (cause) {
    throw damaged('it is no whole safetensors file', { cause })
  }
  const { tensors, metadata } = read
  const [gg, sha256] = [metadata.get('gg'), metadata.get('sha256')]
  if (gg === undefined || sha256 === undefined) throw damaged('it was not written by gg')
  if (sha256 !== checksumOf(bytes, sha256)) throw damaged('its checksum is another one')
  const { format, position, values } = JSON.parse(gg) as {
    readonly format: number
    readonly position: TrainingCheckpoint['position']
    readonly values: { readonly [name: string]: SavedState['values'] }
  }
  if (format !== FORMAT) {
    throw new TrainingError(
      'CHECKPOINT_DAMAGED',
      `The checkpoint ${file} has the format ${format}, and this gg reads ${FORMAT}. Use the gg that wrote it.`,
    )
  }
  const arrays = new Map<string, Record<string, SavedArray>>(Object.keys(values).map((name) => [name, {}]))
  for (const [name, entry] of tensors) {
    const colon = name.indexOf(':')
    const group = arrays.get(name.slice(0, colon))
    if (group === undefined) throw damaged(`it has a tensor '${name}' of no state`)
    group[name.slice(colon + 1)] = arrayOf(entry)
  }
  const states = Object.entries(values).map(([name, of]) => [name, { values: of, arrays: arrays.get(name) ?? {} }])
  return { states: Object.fromEntries(states), position: { ...START, ...position } }
}

function entryOf({ dtype, shape, data }: SavedArray): SafetensorsEntry {
  return { dtype: DTYPES[dtype], shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

function arrayOf({ dtype, shape, bytes }: SafetensorsEntry): SavedArray {
  // Copied: numbers must begin at a multiple of their size, bytes may begin anywhere. Not slice(), which a Buffer shares.
  const { buffer } = new Uint8Array(bytes)
  if (dtype === 'I32') return { dtype: 'int32', shape, data: new Int32Array(buffer) }
  if (dtype === 'BOOL') return { dtype: 'bool', shape, data: new Uint8Array(buffer) }
  return { dtype: 'float32', shape, data: new Float32Array(buffer) }
}

/** The checksum that a file should have, which it says is `claimed`. */
function checksumOf(bytes: Uint8Array, claimed: string): string | undefined {
  const place = placeOfChecksum(bytes, claimed)
  if (claimed.length !== BLANK.length || place < 0) return undefined
  const blank = new TextEncoder().encode(BLANK)
  const hash = createHash('sha256').update(bytes.subarray(0, place)).update(blank)
  return hash.update(bytes.subarray(place + blank.length)).digest('hex')
}

function placeOfChecksum(bytes: Uint8Array, checksum: string): number {
  const marker = '"sha256":"'
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(`${marker}${checksum}"`)
  return found < 0 ? -1 : found + marker.length
}
