import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, readIdx } from '../src/index.ts'
import { dataError, idx } from './idx-file.ts'

const bytes = (...values: readonly number[]) => Uint8Array.from(values)

/** Sound files of one to four dimensions. */
const sound = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1)
  return fc.record({ shape: fc.constant(shape), data: fc.uint8Array({ minLength: length, maxLength: length }) })
})

describe('readIdx', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(sound, ({ shape, data }) => {
        expect(readIdx(idx(shape, data))).toEqual({ shape, data })
      }),
    )
  })

  it('views the bytes, also in the middle of a larger buffer', () => {
    const buffer = new Uint8Array(20)
    buffer.set(idx([2, 1], [5, 6]), 3)
    const file = buffer.subarray(3, 17)
    const { shape, data } = readIdx(file)
    expect(shape).toEqual([2, 1])
    expect(data).toEqual(bytes(5, 6))
    expect(data.buffer).toBe(buffer.buffer)
  })

  it('gives a plain Uint8Array for a Buffer of Node', () => {
    const { data } = readIdx(Buffer.from(idx([2], [5, 6])))
    expect(data.constructor).toBe(Uint8Array)
  })

  it('names the magic number that it found', async () => {
    const error = await dataError('CORRUPT_FILE', () => readIdx(new TextEncoder().encode('<!DOCTYPE html>')))
    expect(error.message).toBe(
      'readIdx: `bytes` must begin with the IDX magic number 0x00000801 to 0x000008ff, got 0x3c21444f. ' +
        'See that it is the right file, uncompressed or .gz, and not a saved web page.',
    )
    await dataError('CORRUPT_FILE', () => readIdx(bytes(0, 0, 8, 0))) // no dimension
    await dataError('CORRUPT_FILE', () => readIdx(bytes(0, 1, 8, 1, 0, 0, 0, 0)))
    await dataError('CORRUPT_FILE', () => readIdx(bytes(0, 0, 7, 1, 0, 0, 0, 0)))
  })

  it('says what it does not read', async () => {
    const error = await dataError('UNSUPPORTED_FILE', () => readIdx(idx([1], [0, 0, 0, 0], 0x0d)))
    expect(error.message).toBe('readIdx: `bytes` must hold unsigned bytes, got 32-bit floats. Convert it first.')
  })

  it('refuses a file that is not as long as its header says', async () => {
    const error = await dataError('CORRUPT_FILE', () => readIdx(idx([2, 3], [1, 2, 3, 4, 5])))
    expect(error.message).toBe(
      'readIdx: `bytes` must be 18 bytes long, as its header says (2 x 3), got 17. Download it again.',
    )
    await dataError('CORRUPT_FILE', () => readIdx(idx([2, 3], [1, 2, 3, 4, 5, 6, 7])))
    await dataError('CORRUPT_FILE', () => readIdx(bytes()))
    await dataError('CORRUPT_FILE', () => readIdx(bytes(0, 0, 8, 3, 0, 0, 0, 1)))
  })

  it('refuses sizes whose product is beyond every file, without taking memory for them', async () => {
    const huge = 2 ** 32 - 1
    // 65,536 x 65,536 is 0 in 32 bits and would fit a file without data.
    for (const shape of [[huge], [huge, huge, huge], [65536, 65536], new Array<number>(255).fill(huge)]) {
      const before = process.memoryUsage().arrayBuffers
      await dataError('CORRUPT_FILE', () => readIdx(idx(shape, [])))
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
    }
  })

  it('reads any bytes or refuses them: no crash, no hang, no silent garbage', () => {
    const damaged = fc
      .record({
        file: sound.map(({ shape, data }) => idx(shape, data)),
        at: fc.nat(),
        byte: fc.nat(255),
        cut: fc.nat(8),
      })
      .map(({ file, at, byte, cut }) => {
        const copy = file.slice(0, Math.max(0, file.length - cut))
        if (copy.length > 0) copy[at % Math.min(copy.length, 16)] = byte
        return copy
      })
    let read = 0
    let refused = 0
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), damaged), (file) => {
        try {
          const { shape, data } = readIdx(file)
          read++
          expect(file.subarray(0, 4)).toEqual(bytes(0, 0, 8, shape.length))
          expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
          expect(data.length + 4 + 4 * shape.length).toBe(file.length)
        } catch (error) {
          if (!(error instanceof DataError)) throw error
          refused++
          expect(error.message).toMatch(/^readIdx: `bytes` must .*, got .*\. .*\.$/)
        }
      }),
      { numRuns: 3000 },
    )
    expect(read).toBeGreaterThan(20)
    expect(refused).toBeGreaterThan(1000)
  })
})
