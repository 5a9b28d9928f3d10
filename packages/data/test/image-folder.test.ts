import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it, vi } from 'vitest'
import { batches, DataError, imageFolder, prefetch, readImages } from '../src/index.ts'
import { dataError, folderOf } from './idx-file.ts'

const dir = fileURLToPath(new URL('fixtures/pictures', import.meta.url))
const picture = (name: string) => new Uint8Array(readFileSync(join(dir, name)))
const RED = [200, 30, 40]
const BLUE = [20, 60, 220]

describe('imageFolder', () => {
  it('finds jpg, png and webp files, classes by the names of the folders', async () => {
    const folder = await imageFolder({ dir, size: 8 })
    expect([folder.size, folder.shape, folder.classNames]).toEqual([5, [8, 8, 3], ['ant', 'bee']])
    expect(folder.paths.map((path) => relative(dir, path))).toEqual([
      'ant/one.JPEG',
      'ant/two.png',
      'bee/one.webp',
      'bee/three.png',
      'bee/two.png',
    ])
    expect(folder.labels).toEqual(Uint8Array.of(0, 0, 1, 1, 1))
  })

  it('cuts the middle out, or stretches, red left and blue right', async () => {
    const pixels = async (options: object, index: number) => {
      const folder = await imageFolder({ dir, size: 16, ...options })
      const image = await folder.read([index])
      const [, width, channels] = folder.shape
      return (y: number, x: number) =>
        Array.from(image.subarray((y * width + x) * channels, (y * width + x + 1) * channels))
    }
    // 48 x 32 becomes 24 x 16, of which columns 4 to 19 are the middle: 8 of each colour.
    for (const index of [1, 2, 4]) {
      const at = await pixels({}, index)
      const found = [at(3, 0), at(12, 4), at(3, 12), at(12, 15)]
      // Exact, but for the picture with alpha: resizing goes through colour times alpha, in bytes.
      expect(found).toBeAllClose([RED, RED, BLUE, BLUE], { rtol: 0, atol: index === 4 ? 3 : 0 })
    }
    const stretched = await pixels({ fit: 'fill', size: [4, 24] }, 1)
    expect([stretched(0, 0), stretched(3, 6), stretched(0, 18), stretched(3, 23)]).toEqual([RED, RED, BLUE, BLUE])
    const jpeg = await pixels({}, 0)
    for (const [found, expected] of [
      [jpeg(3, 0), RED],
      [jpeg(12, 15), BLUE],
    ] as const) {
      expect(found).toBeAllClose(expected, { atol: 4 }) // JPEG at quality 95
    }
    const grey = await pixels({}, 3)
    expect([grey(0, 0), grey(15, 15)]).toEqual([
      [200, 200, 200],
      [20, 20, 20],
    ])
  })

  it('makes grey images of one channel', async () => {
    const folder = await imageFolder({ dir, size: 16, channels: 1 })
    const images = await folder.read([3, 1])
    expect(images.length).toBe(2 * 256)
    expect([images[0], images[255]]).toEqual([200, 20])
    // Luma: between the channels, nearer to green.
    expect(images[256]).toBeGreaterThan(60)
    expect(images[256]).toBeLessThan(110)
  })

  it('reads in the order that is asked for, in batches, ahead and all at once, the same bytes', async () => {
    const folder = await imageFolder({ dir, size: 8 })
    const all = await readImages(folder)
    expect('read' in all).toBe(false)
    expect(all.images).toEqual(await folder.read([0, 1, 2, 3, 4]))
    const options = { batchSize: 2, seed: 3 }
    const expected = [...batches(all, options)]
    const found = []
    for await (const batch of prefetch(batches(folder, options))) found.push(batch)
    expect(found).toEqual(expected)
    expect(batches(folder, options).length).toBe(3)
    expect(batches(folder, { ...options, dropLast: true }).length).toBe(2)
  })

  it('leaves this thread free while it decodes', async () => {
    const noise = await sharp({
      create: {
        width: 1500,
        height: 1500,
        channels: 3,
        background: 'white',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer()
    const files = Array.from({ length: 12 }, (_, i) => [`a/${i}.jpg`, new Uint8Array(noise)] as const)
    const folder = await imageFolder({ dir: folderOf(Object.fromEntries(files)), size: 64 })
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 2)
    const start = performance.now()
    await folder.read(Array.from({ length: 12 }, (_, i) => i))
    const took = performance.now() - start
    clearInterval(timer)
    expect(longest).toBeLessThan(took / 2)
  })

  it('passes over what is no picture, goes into folders and follows links to them', async () => {
    const png = picture('ant/two.png')
    const dir = folderOf({
      'z/deep/er/b.png': png,
      'z/a.PNG': png,
      'z/notes.txt': png,
      'z/.hidden.png': png,
      '.git/x.png': png,
      'README.md': png,
    })
    const elsewhere = folderOf({ 'c.png': png })
    symlinkSync(elsewhere, join(dir, 'Z'))
    symlinkSync(join(dir, 'nowhere'), join(dir, 'y'))
    const { paths, classNames } = await imageFolder({ dir, size: 1 })
    expect(classNames).toEqual(['Z', 'z'])
    expect(paths.map((path) => relative(dir, path))).toEqual(['Z/c.png', 'z/a.PNG', 'z/deep/er/b.png'])
  })

  it('keeps a thousand classes apart', async () => {
    const dir = folderOf({})
    const png = picture('ant/two.png')
    for (let i = 0; i < 300; i++) {
      mkdirSync(join(dir, `n${String(i).padStart(4, '0')}`))
      writeFileSync(join(dir, `n${String(i).padStart(4, '0')}`, 'a.png'), png)
    }
    const { labels } = await imageFolder({ dir, size: 1 })
    expect(labels).toEqual(Uint16Array.from({ length: 300 }, (_, i) => i))
  })

  it('names the picture that it cannot decode', async () => {
    const jpeg = picture('ant/one.JPEG')
    const broken = {
      'a/cut.jpg': jpeg.subarray(0, jpeg.length - 60),
      'a/empty.png': new Uint8Array(0),
      'a/page.webp': new TextEncoder().encode('<html>not found</html>'),
    }
    const folder = await imageFolder({ dir: folderOf(broken), size: 8 })
    for (const index of [0, 1, 2]) {
      const error = await dataError('CORRUPT_FILE', () => folder.read([index]))
      expect(error.message).toContain(`${folder.paths[index]}\` must be a whole picture, got: `)
    }
    await dataError('CORRUPT_FILE', () => readImages(folder))
    await dataError('INVALID_ARGUMENT', () => folder.read([3]))
  })

  it('decodes damaged pictures or refuses them: no crash, no hang, never another number of bytes', async () => {
    const pictures = ['ant/one.JPEG', 'ant/two.png', 'bee/one.webp'].map(picture)
    const counts = { read: 0, refused: 0 }
    const damage = fc.record({ kind: fc.nat(2), at: fc.nat(), byte: fc.nat(255), cut: fc.nat(30) })
    await fc.assert(
      fc.asyncProperty(damage, async ({ kind, at, byte, cut }) => {
        const bytes = pictures[kind]!.slice(0, pictures[kind]!.length - (cut > 20 ? cut : 0))
        bytes[at % bytes.length] = byte
        const folder = await imageFolder({ dir: folderOf({ 'a/a.png': bytes }), size: 8 })
        try {
          expect((await folder.read([0])).length).toBe(192)
          counts.read++
        } catch (error) {
          if (!(error instanceof DataError)) throw error
          expect(error.code).toBe('CORRUPT_FILE')
          counts.refused++
        }
      }),
      { numRuns: 300 },
    )
    expect(counts.read).toBeGreaterThan(30)
    expect(counts.refused).toBeGreaterThan(60)
  })

  it('says what is missing: the folder, classes, pictures, the package', async () => {
    await dataError('FILE_NOT_FOUND', () => imageFolder({ dir: join(dir, 'cat'), size: 8 }))
    await dataError('FILE_NOT_FOUND', () => imageFolder({ dir: join(dir, 'ant/two.png'), size: 8 }))
    const none = await dataError('FILE_NOT_FOUND', () => imageFolder({ dir: join(dir, 'ant'), size: 8 }))
    expect(none.message).toContain('must have a folder for each class, 1 to 65,536, got none in')
    const empty = folderOf({ 'a/b.txt': new Uint8Array(1) })
    const error = await dataError('FILE_NOT_FOUND', () => imageFolder({ dir: empty, size: 8 }))
    expect(error.message).toContain(`must have .jpg, .png or .webp files in ${join(empty, 'a')}, got none.`)
    vi.doMock('sharp', () => {
      throw new Error("Cannot find package 'sharp'")
    })
    const missing = await dataError('MISSING_PACKAGE', () => imageFolder({ dir, size: 8 }))
    expect(missing.message).toMatch(/^imageFolder: the package `sharp` must be installed.* Run `npm install sharp`\.$/)
    vi.doUnmock('sharp')
  })

  it('refuses sizes, channels and fits that are none', async () => {
    for (const size of [0, 1.5, 16_385, [8, 0], [Number.NaN, 8]] as const) {
      await dataError('INVALID_ARGUMENT', () => imageFolder({ dir, size: size as number }))
    }
    await dataError('INVALID_ARGUMENT', () => imageFolder({ dir, size: 8, channels: 4 as 3 }))
    await dataError('INVALID_ARGUMENT', () => imageFolder({ dir, size: 8, fit: 'contain' as 'cover' }))
    await dataError('INVALID_ARGUMENT', () => imageFolder({ dir: '', size: 8 }))
  })
})

describe('readImages', () => {
  it('reads a set that has no more than `read`, and refuses one that reads too little', async () => {
    const lazy = {
      name: 'numbers',
      shape: [1, 1, 1] as const,
      size: 600,
      labels: new Uint8Array(600),
      classNames: ['one'],
      read: async (indices: ArrayLike<number>) => Uint8Array.from(indices, (i) => i % 256),
    }
    const { images } = await readImages(lazy)
    expect(images).toEqual(Uint8Array.from({ length: 600 }, (_, i) => i % 256))
    await dataError('MISMATCH', () => readImages({ ...lazy, labels: new Uint8Array(3) }))
  })
})
