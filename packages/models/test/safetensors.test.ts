import { ModelError, readSafetensors, type SafetensorsEntry, writeSafetensors } from '@gg/models'
import { readVectors } from '@gg/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { floatData } from '../src/float-data.ts'
import { DTYPE_SIZES } from '../src/safetensors-format.ts'

const { everyDtype } = readVectors<{
  readonly everyDtype: { readonly file: string; readonly floats: { readonly [name: string]: readonly string[] } }
}>('models-safetensors')
const original = new Uint8Array(Buffer.from(everyDtype.file, 'base64'))

const dtypes = [...DTYPE_SIZES.keys()] as SafetensorsEntry['dtype'][]
const entry = fc.tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 3 })).chain(([dtype, shape]) => {
  const length = shape.reduce((product, size) => product * size, DTYPE_SIZES.get(dtype)!)
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ dtype, shape, bytes }))
})
const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__metadata__')
const tensors = fc.array(fc.tuple(name, entry), { maxLength: 6 }).map((entries) => new Map(entries))

/** A file with any header over any data. */
function fileOf(header: unknown, data = 0, text = JSON.stringify(header)): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  const file = new Uint8Array(8 + bytes.length + data)
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true)
  file.set(bytes, 8)
  return file
}

function reason(file: Uint8Array): string {
  try {
    readSafetensors(file)
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    expect(error).toMatchObject({ code: 'INVALID_FILE' })
    return (error as ModelError).message
  }
  return 'nothing is wrong'
}

describe('readSafetensors and writeSafetensors', () => {
  it("read what the format's own writer wrote, and write the same bytes", () => {
    const { tensors, metadata } = readSafetensors(original)
    expect([...metadata]).toEqual([['format', 'pt']])
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(dtypes))
    const shuffled = new Map([...tensors].reverse())
    expect(Buffer.from(writeSafetensors(shuffled, Object.fromEntries(metadata))).equals(original)).toBe(true)
  })

  it('make float32 of all floats, denormal numbers, infinities and NaN too', () => {
    const { tensors } = readSafetensors(original)
    for (const [name, numbers] of Object.entries(everyDtype.floats)) {
      const expected = numbers.map((text) => Math.fround(Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'))))
      expect(Array.from(floatData(tensors.get(name)!)!), name).toEqual(expected)
    }
    expect(floatData(tensors.get('int64')!)).toBeUndefined()
  })

  it('give back what they were given, aligned', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), fc.nat(7), (given, metadata, offset) => {
        const file = writeSafetensors(given, metadata)
        // Also from the middle of a larger buffer.
        const inside = new Uint8Array(file.length + offset).subarray(offset)
        inside.set(file)
        const read = readSafetensors(inside)
        expect(Object.fromEntries(read.metadata)).toEqual({ ...metadata })
        expect(new Set(read.tensors.keys())).toEqual(new Set(given.keys()))
        const start = file.length - [...given.values()].reduce((total, { bytes }) => total + bytes.length, 0)
        expect(start % 8).toBe(0)
        for (const [name, { dtype, shape, bytes }] of read.tensors) {
          expect({ dtype, shape, bytes: Array.from(bytes) }).toEqual({
            ...given.get(name),
            bytes: Array.from(given.get(name)!.bytes),
          })
          expect((bytes.byteOffset - inside.byteOffset) % DTYPE_SIZES.get(dtype)!).toBe(0)
        }
      }),
    )
  })

  it('never crash, hang or read beyond the file: any bytes are a file or an error that says what is wrong', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void reason(bytes)))
    const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(original.length), (changes, length) => {
        const damaged = original.slice()
        for (const [i, byte] of changes) damaged[i] = byte
        reason(damaged)
        expect(reason(original.subarray(0, length))).toMatch(length < original.length ? /must/ : /nothing is wrong/)
      }),
      { numRuns: 500 },
    )
  })

  it('take no header that is only nearly one', () => {
    const tensor = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }
    const field = fc.oneof(
      fc.jsonValue(),
      fc.double(),
      fc.constantFrom('F32', [1], [0, 4], [0, 8], [-4, 0], [2 ** 53, 0]),
    )
    fc.assert(
      fc.property(fc.constantFrom('dtype', 'shape', 'data_offsets', 'more'), field, fc.nat(12), (key, value, data) => {
        const file = fileOf({ w: { ...tensor, [key]: value } }, data)
        const message = reason(file)
        if (message !== 'nothing is wrong') return
        // What is taken must be a whole tensor.
        const { dtype, shape, bytes } = readSafetensors(file).tensors.get('w')!
        expect(bytes.length).toBe(shape.reduce((a, b) => a * b, DTYPE_SIZES.get(dtype)!))
        expect(bytes.length).toBe(data)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    [new Uint8Array(7), 'start with 8 bytes of length, got 7 bytes'],
    [new Uint8Array(8), "have '{' at byte 8, got no header"],
    [new Uint8Array(9).fill(255), 'have a header of at most 100000000 bytes, got 18446744073709551615'],
    [fileOf({}).subarray(0, 9), 'hold a header of 2 bytes, got 1 after its length'],
    [fileOf([]), "have '{' at byte 8, got byte 91"],
    [fileOf({}, 0, '{"a":}'), 'have a header of JSON in UTF-8, got'],
    [fileOf({}, 1), 'have 10 bytes, as its header says, got 11'],
    [fileOf({ __metadata__: { a: 1 } }), 'have text by name in __metadata__, got {"a":1}'],
    [fileOf({ w: 3 }), "have dtype, shape and data_offsets of 'w', and no more, got 3"],
    [
      fileOf({ w: { dtype: 'F4', shape: [1], data_offsets: [0, 1] } }, 1),
      "have a dtype of {BOOL,U8,I8,F8_E5M2,F8_E4M3,I16,U16,F16,BF16,I32,U32,F32,F64,I64,U64} at 'w', got F4",
    ],
    [
      fileOf({ w: { dtype: 'U8', shape: [2], data_offsets: [0, 1] } }, 1),
      "have 2 bytes of 'w', U8 [2], got data_offsets [0,1]",
    ],
    [fileOf({ w: { dtype: 'U8', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 1] } }, 1), 'have NaN bytes'],
    [
      fileOf({ w: { dtype: 'U8', shape: [2 ** 40], data_offsets: [0, 2 ** 40] } }, 1),
      'have 1099511627861 bytes, as its header says, got 86',
    ],
    [
      fileOf({ w: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, 2),
      "have 'w' start where the last tensor ends, at 0, got 1",
    ],
  ])('say what is wrong (%#)', (file, expected) => {
    expect(reason(file)).toContain(`readSafetensors: \`bytes\` must ${expected}`)
  })

  it('take a header in UTF-8 only', () => {
    const file = fileOf({ w: { dtype: 'U8', shape: [0], data_offsets: [0, 0] } })
    expect(reason(file)).toBe('nothing is wrong')
    // The name, alone a byte that no UTF-8 has.
    file[file.indexOf(0x77)] = 0xff
    expect(reason(file)).toContain('have a header of JSON in UTF-8, got')
  })

  it('keep a name that is a trap for objects', () => {
    const file = fileOf({}, 1, '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}')
    expect(readSafetensors(file).tensors.get('__proto__')?.shape).toEqual([1])
  })

  it('refuse to write bytes that a shape does not make, and the name of the metadata', () => {
    const bytes = new Uint8Array(3)
    const write = (name: string, shape: number[]) => () =>
      writeSafetensors(new Map([[name, { dtype: 'U8', shape, bytes }]]))
    const message = "writeSafetensors: `tensors` must have 4 bytes at 'w', U8 [2,2], got 3"
    expect(write('w', [2, 2])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(write('w', [2, 2])).toThrow(message)
    expect(write('w', [-1, -3])).toThrow(/must have NaN bytes/)
    expect(write('__metadata__', [3])).toThrow(/a name that is not kept for the metadata/)
    expect(write('w', [3])).not.toThrow()
  })
})
