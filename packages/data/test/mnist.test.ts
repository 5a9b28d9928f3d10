import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DataError, mnist } from '../src/index.ts'
import { MNIST } from '../src/read-mnist.ts'
import { dataError, folderOf, idx } from './idx-file.ts'

const IMAGES = 'train-images-idx3-ubyte'
const LABELS = 'train-labels-idx1-ubyte'

const pixels = Uint8Array.from({ length: 3 * 784 }, (_, i) => (i * 7 + (i >> 3)) % 256)
const images = idx([3, 28, 28], pixels)
const labels = idx([3], [5, 0, 9])

const read = (files: Readonly<Record<string, Uint8Array>>) => mnist({ dir: folderOf(files) })
/** The training set with one file in place of the sound one. */
const withImages = (file: Uint8Array) => read({ [`${IMAGES}.gz`]: file, [LABELS]: labels })
const withLabels = (file: Uint8Array) => read({ [IMAGES]: images, [`${LABELS}.gz`]: file })

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('mnist', () => {
  it('reads .gz files, plain files, and plain files that kept their .gz', async () => {
    const expected = {
      name: 'mnist/train',
      images: pixels,
      labels: Uint8Array.of(5, 0, 9),
      shape: [28, 28, 1],
      classNames: Array.from('0123456789'),
      size: 3,
      warnings: ['mnist/train has 3 images here, the original 60000.'],
    }
    const zipped = { [`${IMAGES}.gz`]: gzipSync(images), [`${LABELS}.gz`]: gzipSync(labels) }
    expect(await read(zipped)).toEqual(expected)
    expect(await read({ [IMAGES]: images, [LABELS]: labels })).toEqual(expected)
    expect(await read({ [`${IMAGES}.gz`]: images, [`${LABELS}.gz`]: labels })).toEqual(expected)
  })

  it('reads the test split from the files of that name, and looks under GG_DATA_DIR', async () => {
    const root = folderOf({})
    mkdirSync(join(root, 'mnist'))
    vi.stubEnv('GG_DATA_DIR', root)
    const error = await dataError('FILE_NOT_FOUND', () => mnist({ split: 'test' }))
    expect(error.message).toContain(join(root, 'mnist'))
    expect(error.message).toContain('t10k-')
    const dir = folderOf({ 't10k-images-idx3-ubyte': images, 't10k-labels-idx1-ubyte': labels })
    expect((await mnist({ dir, split: 'test' })).name).toBe('mnist/test')
  })

  it('says what to do without a folder, and with a wrong one', async () => {
    vi.stubEnv('GG_DATA_DIR', '')
    const cache = folderOf({})
    vi.stubEnv('XDG_CACHE_HOME', cache)
    const error = await dataError('FILE_NOT_FOUND', () => mnist())
    if (process.platform === 'linux')
      expect(error.message).toContain(`got ${join(cache, 'gg-data', 'mnist')} without it`)
    await dataError('INVALID_ARGUMENT', () => mnist({ dir: '' }))
    await dataError('INVALID_ARGUMENT', () => mnist({ dir: 3 as unknown as string }))
    await dataError('INVALID_ARGUMENT', () => mnist({ dir: '/tmp', split: 'validation' as 'test' }))
    const missing = await dataError('FILE_NOT_FOUND', () => read({ [LABELS]: labels }))
    expect(missing.message).toMatch(
      /must hold train-images-idx3-ubyte\.gz or train-images-idx3-ubyte, got \/.* without it\. Pass `download: true`, or put train-images-idx3-ubyte\.gz, .* from https:/,
    )
    expect(missing.cause).toMatchObject({ code: 'ENOENT' })
    await dataError('FILE_NOT_FOUND', () => mnist({ dir: join(folderOf({ file: labels }), 'file') }))
  })

  it('says so when a file cannot be read', async () => {
    const dir = folderOf({ [LABELS]: labels })
    mkdirSync(join(dir, `${IMAGES}.gz`))
    const error = await dataError('UNREADABLE_FILE', () => mnist({ dir }))
    expect(error.message).toMatch(/^mnist: `\/.*train-images-idx3-ubyte\.gz` must be a file, got a folder\./)
  })

  it('refuses a truncated .gz and names the file', async () => {
    const whole = gzipSync(images)
    for (const length of [2, 10, 18, 500, whole.length - 8, whole.length - 1]) {
      const error = await dataError('CORRUPT_FILE', () => withImages(whole.subarray(0, length)))
      expect(error.message).toContain(`${IMAGES}.gz\` must be a complete gzip file, got ${length} bytes`)
      expect(error.cause).toMatchObject({ code: 'Z_BUF_ERROR' })
    }
  })

  it('refuses a .gz with a wrong checksum', async () => {
    const file = gzipSync(images)
    file[file.length - 5]! ^= 1
    const error = await dataError('CORRUPT_FILE', () => withImages(file))
    expect(error.message).toContain('incorrect data check')
  })

  it('refuses the labels file under the name of the images, and the other way round', async () => {
    const error = await dataError('CORRUPT_FILE', () => withImages(gzipSync(labels)))
    expect(error.message).toMatch(
      /^mnist: `\/.*train-images-idx3-ubyte\.gz` must begin .* 0x00000803, got 0x00000801\./,
    )
    const other = await dataError('CORRUPT_FILE', () => withLabels(gzipSync(images)))
    expect(other.message).toContain('0x00000801, got 0x00000803')
  })

  it('refuses an empty file, a web page, and images of another size', async () => {
    await dataError('CORRUPT_FILE', () => withImages(new Uint8Array(0)))
    await dataError('CORRUPT_FILE', () => withImages(gzipSync(new Uint8Array(0))))
    await dataError('CORRUPT_FILE', () => withImages(new TextEncoder().encode('<html>Not found</html>')))
    await dataError('CORRUPT_FILE', () => withImages(gzipSync(idx([0, 28, 28], []))))
    const error = await dataError('MISMATCH', () => withImages(gzipSync(idx([3, 14, 56], pixels))))
    expect(error.message).toContain('must hold images of 28 x 28 pixels, got 14 x 56.')
  })

  it('refuses a .gz that holds less or more than its header says', async () => {
    const less = await dataError('CORRUPT_FILE', () => withImages(gzipSync(images.subarray(0, images.length - 1))))
    expect(less.message).toContain('must be 2368 bytes long, as its header says (3 x 28 x 28), got 2367.')
    const more = await dataError('CORRUPT_FILE', () => withImages(gzipSync(idx([2, 28, 28], pixels))))
    expect(more.message).toContain('must be 1584 bytes long, as its header says (2 x 28 x 28), got more.')
  })

  it('stops at the end that the header names, however much follows', async () => {
    const bomb = gzipSync(idx([3], new Uint8Array(2 ** 27))) // 130 kB that become 128 MB
    const before = process.memoryUsage().arrayBuffers
    const error = await dataError('CORRUPT_FILE', () => withLabels(bomb))
    expect(error.message).toContain('must be 11 bytes long, as its header says (3), got more.')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
  })

  it('takes no memory for a size that the compressed file cannot hold', async () => {
    const before = process.memoryUsage().arrayBuffers
    for (const count of [2 ** 22, 2 ** 32 - 1]) {
      const error = await dataError('CORRUPT_FILE', () => withImages(gzipSync(idx([count, 28, 28], pixels))))
      expect(error.message).toMatch(/got a \.gz of \d+ bytes, which holds at most \d+\. Download it again\.$/)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
  })

  it('refuses labels that are not digits, and another number of them than of images', async () => {
    const error = await dataError('CORRUPT_FILE', () => withLabels(gzipSync(idx([3], [9, 10, 0]))))
    expect(error.message).toContain('must hold labels from 0 to 9, got 10 for image 1.')
    const mismatch = await dataError('MISMATCH', () => withLabels(gzipSync(idx([4], [1, 2, 3, 4]))))
    expect(mismatch.message).toMatch(/must hold 3 labels, one for each image of \/.*train-images-idx3-ubyte, got 4\./)
  })

  it('reads a damaged .gz as it was or refuses it', async () => {
    const file = gzipSync(images)
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(20), async (at, flip, cut) => {
        const damaged = file.slice(0, file.length - (cut > 10 ? cut : 0))
        damaged[at % damaged.length]! ^= flip
        try {
          // Changes of the time and the name in the gzip header do no harm.
          expect((await withImages(damaged)).images).toEqual(pixels)
        } catch (error) {
          if (!(error instanceof DataError)) throw error
          refused++
        }
      }),
      { numRuns: 300 },
    )
    expect(refused).toBeGreaterThan(200)
  })
})

describe('the real MNIST', () => {
  const dir = process.env['GG_DATA_DIR']

  it.skipIf(!dir)('has 60,000 training images, 5 0 4 1 9 first (needs GG_DATA_DIR)', async () => {
    const { size, images, labels, warnings } = await mnist()
    expect(warnings).toBeUndefined()
    expect(size).toBe(60_000)
    expect(images.length).toBe(47_040_000)
    expect(Array.from(labels.subarray(0, 5))).toEqual([5, 0, 4, 1, 9])
    const counts = new Array<number>(10).fill(0)
    for (const label of labels) counts[label]!++
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    const mean = images.reduce((sum, byte) => sum + byte, 0) / images.length / 255
    expect([mean]).toBeAllClose([0.1306604762738429])
  })

  it.skipIf(!dir)('has 10,000 test images, 7 2 1 0 4 first (needs GG_DATA_DIR)', async () => {
    const { size, images, labels } = await mnist({ split: 'test' })
    expect(size).toBe(10_000)
    expect(images.length).toBe(7_840_000)
    expect(Array.from(labels.subarray(0, 5))).toEqual([7, 2, 1, 0, 4])
    const counts = new Array<number>(10).fill(0)
    for (const label of labels) counts[label]!++
    expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
  })

  it.skipIf(!dir)('is what the published lengths and hashes say (needs GG_DATA_DIR)', async () => {
    for (const { name, size, sha256 } of MNIST.files) {
      const file = await readFile(join(dir ?? '', 'mnist', name))
      expect([name, file.length, createHash('sha256').update(file).digest('hex')]).toEqual([name, size, sha256])
    }
  })

  it.skipIf(!dir)('is refused when cut anywhere (needs GG_DATA_DIR)', async () => {
    const { readFileSync } = await import('node:fs')
    const file = readFileSync(join(dir ?? '', 'mnist', 't10k-labels-idx1-ubyte.gz'))
    const plain = gunzipSync(file)
    const withTest = (bytes: Uint8Array) =>
      mnist({
        dir: folderOf({
          't10k-labels-idx1-ubyte': bytes,
          't10k-images-idx3-ubyte': idx([10_000, 28, 28], tenThousand),
        }),
        split: 'test',
      })
    const tenThousand = new Uint8Array(7_840_000)
    expect((await withTest(file)).size).toBe(10_000)
    for (const cut of [1, 9, 100, 4000]) {
      await dataError('CORRUPT_FILE', () => withTest(file.subarray(0, file.length - cut)))
      await dataError('CORRUPT_FILE', () => withTest(plain.subarray(0, plain.length - cut)))
    }
  })
})
