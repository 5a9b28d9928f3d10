import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batches, glyphs, type ImageDataset, permutation } from '../src/index.ts'
import { dataError } from './idx-file.ts'

/** Image `i` is `[3i, 3i + 1, 3i + 2]` and its label `i % 10`. */
function numbered(size: number): ImageDataset {
  return {
    name: 'numbered',
    images: Uint8Array.from({ length: 3 * size }, (_, i) => i),
    labels: Uint8Array.from({ length: size }, (_, i) => i % 10),
    shape: [1, 1, 3],
    classNames: Array.from('0123456789'),
    size,
  }
}

describe('batches', () => {
  it('goes through the data set in the order of the permutation, images, labels and indices together', () => {
    const all = [...batches(numbered(10), { batchSize: 4, seed: 42, epoch: 3 })]
    expect(all.map(({ size, indices }) => `${size}: ${indices.join(' ')}`)).toEqual([
      '4: 2 5 0 4',
      '4: 8 9 6 3',
      '2: 7 1',
    ])
    expect(all[0]!.images.join(' ')).toBe('6 7 8 15 16 17 0 1 2 12 13 14')
    expect(all[2]!.labels).toEqual(new Int32Array([7, 1]))
    expect(all[2]!.shape).toEqual([1, 1, 3])
  })

  it('holds every image once an epoch, each with its own label and pixels', () => {
    const sizes = fc.integer({ min: 1, max: 80 })
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), fc.nat(), fc.boolean(), (size, batchSize, seed, epoch, shuffle) => {
        const data = numbered(size)
        const pass = batches(data, { batchSize, seed, epoch, shuffle })
        const all = [...pass]
        expect(all.length).toBe(pass.length)
        const order = all.flatMap(({ indices }) => Array.from(indices))
        expect(order).toEqual(shuffle ? Array.from(permutation(size, seed, epoch)) : Array.from(data.labels.keys()))
        for (const batch of all) {
          expect(batch.size).toBeLessThanOrEqual(batchSize)
          batch.indices.forEach((index, i) => {
            expect(batch.labels[i]).toBe(data.labels[index])
            expect(batch.images.subarray(3 * i, 3 * i + 3)).toEqual(data.images.subarray(3 * index, 3 * index + 3))
          })
        }
      }),
    )
  })

  it('gives the same batches for the same seed, again and again, and others for another seed or epoch', () => {
    const data = glyphs({ size: 64, seed: 1 })
    const pass = batches(data, { batchSize: 16, seed: 5, epoch: 1 })
    const first = [...pass]
    expect([...pass]).toEqual(first)
    expect([...batches(data, { batchSize: 16, seed: 5, epoch: 1 })]).toEqual(first)
    expect([...batches(data, { batchSize: 16, seed: 6, epoch: 1 })]).not.toEqual(first)
    expect([...batches(data, { batchSize: 16, seed: 5, epoch: 2 })]).not.toEqual(first)
  })

  it('leaves out a last batch that is too small when told to', () => {
    const sizes = (size: number, batchSize: number) =>
      [...batches(numbered(size), { batchSize, dropLast: true })].map((batch) => batch.size)
    expect(sizes(10, 4)).toEqual([4, 4])
    expect(sizes(8, 4)).toEqual([4, 4])
    expect(sizes(3, 4)).toEqual([])
    expect(batches(numbered(10), { batchSize: 4, dropLast: true }).length).toBe(2)
    expect(batches(numbered(10), { batchSize: 4 }).length).toBe(3)
  })

  it('copies: what is written to a batch stays there', () => {
    const data = numbered(4)
    for (const batch of batches(data, { batchSize: 4 })) {
      batch.images.fill(255)
      batch.labels.fill(9)
      batch.indices.fill(0)
    }
    expect(data).toEqual(numbered(4))
  })

  it('refuses bad arguments at once, before the first batch', async () => {
    const data = numbered(10)
    for (const batchSize of [0, 1.5, Number.NaN, -1]) {
      await dataError('INVALID_ARGUMENT', () => batches(data, { batchSize }))
    }
    await dataError('INVALID_ARGUMENT', () => batches(data, { batchSize: 1, seed: -1 }))
    await dataError('INVALID_ARGUMENT', () => batches(data, { batchSize: 1, epoch: 0.5 }))
    await dataError('MISMATCH', () => batches({ ...data, labels: new Uint8Array(9) }, { batchSize: 1 }))
    const error = await dataError('MISMATCH', () => batches({ ...data, shape: [1, 1, 1] }, { batchSize: 1 }))
    expect(error.message).toBe(
      'batches: `dataset.images` must have 10 values for 10 images of 1x1x1, got 30. Build size, shape and arrays together.',
    )
  })
})
