import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, svhn } from '../src/index.ts'
import { dataError, folderOf } from './idx-file.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const compressed = new Uint8Array(readFileSync(join(fixtures, 'train_32x32.mat')))
const plain = new Uint8Array(readFileSync(join(fixtures, 'test_32x32.mat')))

const read = (file: Uint8Array) => svhn({ dir: folderOf({ 'train_32x32.mat': file }) })

/** An element: tag, data, padding to eight bytes. */
function element(type: number, data: Uint8Array, little = true): Uint8Array {
  const bytes = new Uint8Array(8 + (type === 15 ? data.length : Math.ceil(data.length / 8) * 8))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type, little)
  view.setUint32(4, data.length, little)
  bytes.set(data, 8)
  return bytes
}

/** An array of bytes, or of what `numbers` says, in either byte order. */
function matrix(name: string, shape: readonly number[], data: Uint8Array, type = 2, little = true): Uint8Array {
  const words = (values: readonly number[]) => {
    const view = new DataView(new ArrayBuffer(4 * values.length))
    for (const [i, value] of values.entries()) view.setUint32(4 * i, value, little)
    return new Uint8Array(view.buffer)
  }
  const parts = [
    element(6, words([9, 0]), little),
    element(5, words(shape), little),
    element(1, new TextEncoder().encode(name), little),
    element(type, data, little),
  ]
  return element(14, Buffer.concat(parts), little)
}

function matFile(elements: readonly Uint8Array[], little = true, version = 0x0100): Uint8Array {
  const header = new Uint8Array(128).fill(32)
  new DataView(header.buffer).setUint16(124, version, little)
  header.set(new TextEncoder().encode(little ? 'IM' : 'MI'), 126)
  return Buffer.concat([header, ...elements])
}

const image = Uint8Array.from({ length: 3072 }, (_, i) => i % 251)
const X = matrix('X', [32, 32, 3, 1], image)
const y = matrix('y', [1, 1], Uint8Array.of(10))

describe('svhn', () => {
  it.each([
    ['compressed, labels as doubles', 'train', 12],
    ['uncompressed, labels as bytes and first, among other arrays', 'test', 2],
  ] as const)('reads what SciPy has written: %s', async (_, split, size) => {
    const data = await svhn({ dir: fixtures, split })
    expect([data.name, data.size, data.shape, data.classNames.join('')]).toEqual([
      `svhn/${split}`,
      size,
      [32, 32, 3],
      '0123456789',
    ])
    expect(Array.from(data.labels)).toEqual(Array.from({ length: size }, (_, n) => n % 10))
    for (const [at, byte] of data.images.entries()) {
      const [n, h, w, c] = [Math.floor(at / 3072), Math.floor(at / 96) % 32, Math.floor(at / 3) % 32, at % 3]
      if (byte !== (3 * h + 5 * w + 70 * c + 11 * n) % 256)
        throw new Error(`image ${n}, row ${h}, column ${w}: ${byte}`)
    }
    expect(data.warnings?.[0]).toMatch(/^svhn\/\w+ has \d+ images here, the original (73257|26032)\.$/)
  })

  it('reads both byte orders', async () => {
    const big = matFile(
      [matrix('X', [32, 32, 3, 1], image, 2, false), matrix('y', [1, 1], Uint8Array.of(0, 10), 4, false)],
      false,
    )
    expect(await read(big)).toEqual(await read(matFile([X, y])))
  })

  it('looks for the third file too', async () => {
    const dir = folderOf({})
    copyFileSync(join(fixtures, 'test_32x32.mat'), join(dir, 'extra_32x32.mat'))
    expect((await svhn({ dir, split: 'extra' })).name).toBe('svhn/extra')
    const error = await dataError('FILE_NOT_FOUND', () => svhn({ dir, split: 'test' }))
    expect(error.message).toContain('http://ufldl.stanford.edu/housenumbers/')
  })

  it('refuses other arrays, and names what it found', async () => {
    const messages = async (...elements: readonly Uint8Array[]) =>
      (await dataError('CORRUPT_FILE', () => read(matFile(elements)))).message
    expect(await messages(y)).toContain('must hold arrays X of images and y of labels, got none named X.')
    expect(await messages(X)).toContain('got none named y.')
    expect(await messages()).toContain('got none named X.')
    expect(await messages(matrix('X', [3, 32, 32, 1], image), y)).toContain(
      'must hold images of 32 x 32 x 3 in bytes as X, got 3 x 32 x 32 x 1 of uint8.',
    )
    expect(await messages(matrix('X', [32, 32, 3, 1], image, 1), y)).toContain('of int8.')
    expect(await messages(X, matrix('y', [1, 1], Uint8Array.of(11)))).toContain(
      'must hold labels from 1 to 10, got 11 for image 0.',
    )
    expect(await messages(X, matrix('y', [1, 1], Uint8Array.of(0)))).toContain('got 0 for image 0.')
    expect(await messages(X, matrix('y', [2, 1], Uint8Array.of(1, 2)))).toContain(
      'must hold as many labels as images, got 2 and 1.',
    )
    expect(await messages(X, matrix('y', [2, 2], Uint8Array.of(1, 2, 3, 4)))).toContain(
      'in one column as y, got 2 x 2.',
    )
    expect(await messages(element(99, image))).toContain('must hold arrays, got an element of type 99.')
    expect(await messages(matrix('X', [32, 32, 3, 2], image), y)).toContain(
      'must hold 32 x 32 x 3 x 2 values of 1 bytes as X, got 3072 bytes.',
    )
  })

  it('refuses what is no MATLAB file, and one of version 7.3', async () => {
    for (const file of [
      new Uint8Array(0),
      new Uint8Array(127),
      new Uint8Array(500),
      new TextEncoder().encode('<html>'),
    ]) {
      const error = await dataError('CORRUPT_FILE', () => read(file))
      expect(error.message).toContain('must begin with the header of a MATLAB v5 file, got ')
    }
    const error = await dataError('UNSUPPORTED_FILE', () => read(matFile([], true, 0x0200)))
    expect(error.message).toContain('must be a MATLAB file of version 5 (0x0100), got 0x0200. Save it')
    await dataError('INVALID_ARGUMENT', () => svhn({ dir: fixtures, split: 'more' as 'extra' }))
    await dataError('INVALID_ARGUMENT', () => svhn({ dir: fixtures, split: 'toString' as 'extra' }))
  })

  it('refuses a file that is cut anywhere', async () => {
    for (const whole of [compressed, plain, matFile([X, y])]) {
      for (let cut = 1; cut < whole.length - 128; cut += 97) {
        await dataError('CORRUPT_FILE', () => read(whole.subarray(0, whole.length - cut)))
      }
    }
  })

  it('verifies the checksum of what is compressed, and that nothing follows in it', async () => {
    // Large enough that the values are all there before the checksum is.
    const many = matrix(
      'X',
      [32, 32, 3, 100],
      Uint8Array.from({ length: 307_200 }, (_, i) => (i * i) % 251),
    )
    const digits = matrix('y', [100, 1], new Uint8Array(100).fill(3))
    const zipped = deflateSync(many)
    expect((await read(matFile([element(15, zipped), digits]))).size).toBe(100)
    zipped[zipped.length - 1]! ^= 1
    const error = await dataError('CORRUPT_FILE', () => read(matFile([element(15, zipped), digits])))
    expect(error.message).toContain('must decompress, got: incorrect data check')
    const two = deflateSync(Buffer.concat([X, X]))
    const more = await dataError('CORRUPT_FILE', () => read(matFile([element(15, two), y])))
    expect(more.message).toContain('must hold one array in a compressed element, got more.')
    expect((await read(matFile([element(15, deflateSync(X)), element(15, deflateSync(y))]))).size).toBe(1)
  })

  it('takes no memory for sizes that the file cannot hold, and stops at the end of an array', async () => {
    const lying = (size: number) => {
      const file = matFile([matrix('X', [32, 32, 3, size], image), y])
      const view = new DataView(file.buffer, file.byteOffset)
      view.setUint32(128 + 4, 0xffff_fff0, true)
      view.setUint32(128 + 8 + 16 + 24 + 16 + 4, size * 3072, true)
      return file
    }
    const bomb = deflateSync(Buffer.concat([y, new Uint8Array(2 ** 27)])) // 128 MB
    // An array in an honest element, whose shape and values are said to be larger than it.
    const inside = Buffer.from(matrix('X', [32, 32, 3, 2 ** 18], image))
    inside.writeUint32LE(2 ** 18 * 3072, 8 + 16 + 24 + 16 + 4)
    const before = process.memoryUsage().arrayBuffers
    for (const array of [inside, element(15, deflateSync(inside))]) {
      const error = await dataError('CORRUPT_FILE', () => read(matFile([array, y])))
      expect(error.message).toMatch(/must hold at most \d+ bytes in an array of that length, got 805306368 for X\./)
    }
    await dataError('CORRUPT_FILE', () => read(lying(2 ** 20)))
    const zipped = deflateSync(lying(2 ** 20).subarray(128))
    await dataError('CORRUPT_FILE', () => read(matFile([element(15, zipped)])))
    await dataError('CORRUPT_FILE', () => read(matFile([element(15, bomb)])))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25)
  })

  it('reads damaged files as they are or refuses them: no crash, no hang, no label without a class', async () => {
    // The headers of compressed arrays are within the compression: there they are damaged, and compressed again.
    const inner = elementsOf(compressed).map((data) => inflateSync(data))
    const counts = { read: 0, refused: 0 }
    const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('plain', 'compressed', 'inner') })
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const kind = damages[0]!.kind
        const sources =
          kind === 'inner' ? inner.map((data) => data.slice()) : [(kind === 'plain' ? plain : compressed).slice()]
        for (const { at, byte } of damages) {
          const source = sources[at % sources.length]!
          // Mostly where the headers are.
          const place = byte % 4 === 0 ? at % source.length : at % Math.min(source.length, kind === 'inner' ? 64 : 400)
          source[place] = byte
        }
        const file = kind === 'inner' ? matFile(sources.map((data) => element(15, deflateSync(data)))) : sources[0]!
        try {
          const { size, images, labels } = await read(file)
          expect([images.length, labels.length]).toEqual([size * 3072, size])
          expect(labels.every((label) => label < 10)).toBe(true)
          counts.read++
        } catch (error) {
          if (!(error instanceof DataError)) throw error
          expect(error.message).toMatch(/^svhn: `\/.*train_32x32\.mat` must .*, got.*\./s)
          counts.refused++
        }
      }),
      { numRuns: 800 },
    )
    expect(counts.read).toBeGreaterThan(50)
    expect(counts.refused).toBeGreaterThan(300)
  })
})

/** The data of the elements of a file, one after the other. */
function elementsOf(file: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset)
  const all: Uint8Array[] = []
  for (let at = 128; at < file.length; ) {
    const size = view.getUint32(at + 4, true)
    all.push(file.subarray(at + 8, at + 8 + size))
    at += 8 + size
  }
  return all
}
