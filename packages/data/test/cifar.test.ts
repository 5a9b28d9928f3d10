import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelStatistics, cifar10, cifar100, DataError, normalization } from '../src/index.ts'
import { dataError, folderOf } from './idx-file.ts'

const AREA = 1024

/** Records whose pixel values tell where they stand: red counts up, green is the record's number, blue counts down. */
function records(labels: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    labels.flatMap((label, i) => [
      ...label,
      ...Array.from({ length: AREA }, (_, p) => p % 256),
      ...new Array<number>(AREA).fill(i),
      ...Array.from({ length: AREA }, (_, p) => 255 - (p % 256)),
    ]),
  )
}

/** The six files of CIFAR-10, one record each unless `others` says otherwise. */
function cifar10Files(others: Readonly<Record<string, Uint8Array>> = {}): Readonly<Record<string, Uint8Array>> {
  const files = [1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, records([[i]])])
  return { ...Object.fromEntries([...files, ['test_batch.bin', records([[9], [0]])]]), ...others }
}

describe('cifar10', () => {
  it('reads the five files in their order and puts the channels together', async () => {
    const data = await cifar10({ dir: folderOf(cifar10Files()) })
    expect([data.name, data.size, data.shape, data.classNames[9]]).toEqual(['cifar-10/train', 5, [32, 32, 3], 'truck'])
    expect(data.labels).toEqual(Uint8Array.of(1, 2, 3, 4, 5))
    expect(data.images.length).toBe(5 * 3072)
    expect(data.images.subarray(0, 6)).toEqual(Uint8Array.of(0, 0, 255, 1, 0, 254))
    expect(data.images.subarray(3 * 33, 3 * 34)).toEqual(Uint8Array.of(33, 0, 222))
  })

  it('says in the result, and nowhere else, that images are missing', async () => {
    const { warnings } = await cifar10({ dir: folderOf(cifar10Files()), split: 'test' })
    expect(warnings).toEqual(['cifar-10/test has 2 images here, the original 10000.'])
  })

  it('reads records that straddle the pieces in which the file is read', async () => {
    const labels = Array.from({ length: 700 }, (_, i) => [i % 10]) // 2.1 MB: two borders
    const { images } = await cifar10({ dir: folderOf({ 'test_batch.bin': records(labels) }), split: 'test' })
    for (let i = 0; i < 700; i++) {
      expect(images[i * 3072 + 1]).toBe(i % 256)
      expect(images.subarray(i * 3072 + 3069, (i + 1) * 3072)).toEqual(Uint8Array.of(255, i % 256, 0))
    }
  })

  it('finds the files in the folder of the archive too', async () => {
    const dir = folderOf({ 'cifar-10-batches-bin/test_batch.bin': records([[3]]) })
    expect((await cifar10({ dir, split: 'test' })).labels).toEqual(Uint8Array.of(3))
  })

  it('names the file that is missing, and says where it comes from', async () => {
    const { 'data_batch_4.bin': _, ...files } = cifar10Files()
    const error = await dataError('FILE_NOT_FOUND', () => cifar10({ dir: folderOf(files) }))
    expect(error.message).toMatch(
      /^cifar10: `dir` must hold cifar-10-batches-bin\/data_batch_4\.bin or data_batch_4\.bin, got .* without it\. Pass `download: true`, or unpack cifar-10-binary\.tar\.gz from https:\/\/www\.cs\.toronto\.edu\/~kriz\/ into /,
    )
  })

  it('refuses a file that does not hold whole records', async () => {
    const whole = records([[1], [2]])
    for (const length of [0, 1, 3072, 3074, whole.length - 1]) {
      const files = cifar10Files({ 'data_batch_2.bin': whole.subarray(0, length) })
      const error = await dataError('CORRUPT_FILE', () => cifar10({ dir: folderOf(files) }))
      expect(error.message).toContain(
        `data_batch_2.bin\` must hold whole records of 3073 bytes, got ${length} bytes. See that`,
      )
    }
  })

  it('refuses a label without a class, and names the record', async () => {
    const files = cifar10Files({ 'data_batch_3.bin': records([[1], [10]]) })
    const error = await dataError('CORRUPT_FILE', () => cifar10({ dir: folderOf(files) }))
    expect(error.message).toContain('data_batch_3.bin` must hold labels from 0 to 9, got 10 in record 1.')
  })

  it('refuses bad arguments', async () => {
    await dataError('INVALID_ARGUMENT', () => cifar10({ dir: '' }))
    await dataError('INVALID_ARGUMENT', () => cifar10({ dir: '/tmp', split: 'validation' as 'test' }))
  })
})

describe('cifar100', () => {
  const dir = () =>
    folderOf({
      'train.bin': records([
        [11, 19],
        [0, 99],
      ]),
      'test.bin': records([[19, 0]]),
    })

  it('reads fine and coarse labels', async () => {
    const fine = await cifar100({ dir: dir() })
    expect([fine.labels, fine.classNames.length, fine.classNames[19]]).toEqual([Uint8Array.of(19, 99), 100, 'cattle'])
    const coarse = await cifar100({ dir: dir(), labels: 'coarse' })
    expect([coarse.labels, coarse.classNames.length]).toEqual([Uint8Array.of(11, 0), 20])
    expect(coarse.images).toEqual(fine.images)
    expect(coarse.images.subarray(3072, 3075)).toEqual(Uint8Array.of(0, 1, 255))
    expect((await cifar100({ dir: dir(), split: 'test' })).labels).toEqual(Uint8Array.of(0))
  })

  it('refuses the files of CIFAR-10, labels without a class, and other kinds of labels', async () => {
    await dataError('CORRUPT_FILE', () => cifar100({ dir: folderOf({ 'train.bin': records([[1], [2]]) }) }))
    await dataError('CORRUPT_FILE', () => cifar100({ dir: folderOf({ 'train.bin': records([[0, 100]]) }) }))
    const coarse = () => cifar100({ dir: folderOf({ 'train.bin': records([[20, 0]]) }), labels: 'coarse' })
    await dataError('CORRUPT_FILE', coarse)
    await dataError('INVALID_ARGUMENT', () => cifar100({ dir: dir(), labels: 'both' as 'fine' }))
  })
})

describe('damaged files of CIFAR', () => {
  it('are read as they are or refused: no crash, no hang, no label without a class', async () => {
    const whole = records([[1], [5], [9]])
    const counts = { read: 0, refused: 0 }
    const damage = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255), cut: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { maxLength: 3 }), fc.nat(2), async (damages, headers) => {
        const file = whole.slice()
        for (const { at, byte } of damages) file[headers > 0 ? (at % 3) * 3073 : at] = byte
        const cut = damages.length === 3 ? (damages[0]?.cut ?? 0) * 3073 + (headers === 2 ? 1 : 0) : 0
        const kept = file.subarray(0, Math.max(0, file.length - cut))
        try {
          const { size, labels } = await cifar10({ dir: folderOf({ 'test_batch.bin': kept }), split: 'test' })
          expect(size * 3073).toBe(kept.length)
          labels.forEach((label, i) => {
            expect(label).toBe(kept[i * 3073])
            expect(label).toBeLessThan(10)
          })
          counts.read++
        } catch (error) {
          if (!(error instanceof DataError)) throw error
          expect(error.message).toMatch(/^cifar10: `.*test_batch\.bin` must hold .*, got .*\. .*\.$/)
          counts.refused++
        }
      }),
      { numRuns: 400 },
    )
    expect(counts.read).toBeGreaterThan(50)
    expect(counts.refused).toBeGreaterThan(50)
  })
})

describe('the real CIFARs', () => {
  const dir = process.env['GG_DATA_DIR']
  const count = (labels: Uint8Array | Uint16Array, classes: number) => {
    const counts = new Array<number>(classes).fill(0)
    for (const label of labels) counts[label]!++
    return counts
  }

  it.skipIf(!dir)(
    'CIFAR-10 has 50,000 training images, frog truck truck deer automobile first (needs GG_DATA_DIR)',
    async () => {
      const data = await cifar10()
      expect(data.warnings).toBeUndefined()
      expect(Array.from(data.labels.subarray(0, 5))).toEqual([6, 9, 9, 4, 1])
      expect(count(data.labels, 10)).toEqual(new Array(10).fill(5000))
      // The first pixels of the first image, as torchvision shows them.
      expect(data.images.subarray(0, 6).join(' ')).toBe('59 62 63 43 46 45')
      const { mean, std } = channelStatistics(data)
      expect(mean).toBeAllClose(normalization.cifar10.mean, { atol: 5e-5 }) // four digits are published
      expect(std).toBeAllClose(normalization.cifar10.std, { atol: 5e-5 })
    },
  )

  it.skipIf(!dir)('CIFAR-10 has test images, cat ship ship airplane frog first (needs GG_DATA_DIR)', async () => {
    const { labels, size, warnings } = await cifar10({ split: 'test' })
    expect(Array.from(labels.subarray(0, 5))).toEqual([3, 8, 8, 0, 6])
    const missing = count(labels, 10).reduce((sum, n) => sum + 1000 - n, 0)
    expect(missing).toBe(10_000 - size)
    if (missing > 0) expect(warnings).toEqual([`cifar-10/test has ${size} images here, the original 10000.`])
  })

  it.skipIf(!dir)('CIFAR-100 has as many images of each class, five classes a group (needs GG_DATA_DIR)', async () => {
    for (const split of ['train', 'test'] as const) {
      const fine = await cifar100({ split })
      const coarse = await cifar100({ split, labels: 'coarse' })
      expect(count(fine.labels, 100)).toEqual(new Array(100).fill(fine.size / 100))
      expect(count(coarse.labels, 20)).toEqual(new Array(20).fill(fine.size / 20))
      const groups = new Map<number, number>()
      fine.labels.forEach((label, i) => {
        expect(groups.get(label) ?? coarse.labels[i]).toBe(coarse.labels[i])
        groups.set(label, coarse.labels[i]!)
      })
      expect(coarse.classNames[groups.get(fine.classNames.indexOf('maple_tree'))!]).toBe('trees')
    }
  })

  it.skipIf(!dir)('have the class names of the files beside them (needs GG_DATA_DIR)', async () => {
    const names = (path: string) =>
      readFileSync(join(dir ?? '', path), 'utf8')
        .trim()
        .split(/\s+/)
    expect((await cifar10({ split: 'test' })).classNames).toEqual(
      names('cifar-10/cifar-10-batches-bin/batches.meta.txt'),
    )
    const folder = 'cifar-100/cifar-100-binary'
    expect((await cifar100({ split: 'test' })).classNames).toEqual(names(`${folder}/fine_label_names.txt`))
    const coarse = await cifar100({ split: 'test', labels: 'coarse' })
    expect(coarse.classNames).toEqual(names(`${folder}/coarse_label_names.txt`))
  })
})
