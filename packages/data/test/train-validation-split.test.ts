import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balancedSubset, glyphs, type ImageDataset, trainValidationSplit } from '../src/index.ts'
import { dataError } from './idx-file.ts'

/** Image `i` is the byte `i`, so that parts show where they come from. */
function labelled(labels: readonly number[], classes = 3): ImageDataset {
  return {
    name: 'some',
    images: Uint8Array.from(labels.keys()),
    labels: Uint8Array.from(labels),
    shape: [1, 1, 1],
    classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    size: labels.length,
  }
}

const count = ({ labels }: ImageDataset, label: number) => labels.filter((l) => l === label).length
const anyLabels = fc.array(fc.nat(2), { minLength: 2, maxLength: 200 })

describe('trainValidationSplit', () => {
  it('puts every image in one of the two parts, with its label, in the order of the set', () => {
    fc.assert(
      fc.property(anyLabels, fc.nat(), fc.nat(), fc.boolean(), (labels, n, seed, stratified) => {
        const data = labelled(labels)
        const size = 1 + (n % (labels.length - 1))
        const { train, validation } = trainValidationSplit(data, { validation: size, seed, stratified })
        expect([train.size, validation.size]).toEqual([labels.length - size, size])
        expect([...train.images, ...validation.images].sort((a, b) => a - b)).toEqual([...data.images])
        for (const part of [train, validation]) {
          expect([...part.images].sort((a, b) => a - b)).toEqual([...part.images])
          part.labels.forEach((label, i) => {
            expect(label).toBe(labels[part.images[i]!])
          })
        }
      }),
    )
  })

  it('takes from each class its share, to within one image', () => {
    fc.assert(
      fc.property(anyLabels, fc.nat(), fc.nat(), (labels, n, seed) => {
        const data = labelled(labels)
        const size = 1 + (n % (labels.length - 1))
        const { validation } = trainValidationSplit(data, { validation: size, seed })
        for (const label of [0, 1, 2]) {
          const share = (count(data, label) * size) / labels.length
          expect(Math.abs(count(validation, label) - share)).toBeLessThan(1)
        }
      }),
    )
    const { validation } = trainValidationSplit(labelled([...new Array(90).fill(0), ...new Array(10).fill(1)]), {
      validation: 20,
    })
    expect([count(validation, 0), count(validation, 1)]).toEqual([18, 2])
  })

  it('depends on the seed alone, and differs from seed to seed', () => {
    const data = glyphs({ size: 100, seed: 1 })
    const split = (seed: number) => trainValidationSplit(data, { validation: 20, seed })
    expect(split(1)).toEqual(split(1))
    expect(split(1).validation.images).not.toEqual(split(2).validation.images)
    expect(split(1).validation.boxes.length).toBe(80)
    expect([split(1).train.name, split(1).validation.name]).toEqual(['glyphs/train', 'glyphs/train/validation'])
  })

  it('draws from all alike when told to', () => {
    const data = labelled([...new Array(100).fill(0), ...new Array(100).fill(1)])
    const counts = Array.from({ length: 20 }, (_, seed) =>
      count(trainValidationSplit(data, { validation: 50, seed, stratified: false }).validation, 0),
    )
    expect(new Set(counts).size).toBeGreaterThan(3)
  })

  it('refuses what leaves a part empty, and labels without a class', async () => {
    const data = labelled([0, 1, 2])
    for (const validation of [0, 3, 1.5, Number.NaN]) {
      await dataError('INVALID_ARGUMENT', () => trainValidationSplit(data, { validation }))
    }
    await dataError('INVALID_ARGUMENT', () => trainValidationSplit(data, { validation: 1, seed: -1 }))
    await dataError('MISMATCH', () => trainValidationSplit({ ...data, size: 4 }, { validation: 1 }))
    const error = await dataError('MISMATCH', () => trainValidationSplit(labelled([0, 1], 1), { validation: 1 }))
    expect(error.message).toContain(
      '`dataset.labels` must be from 0 to 0, the classes of `classNames`, got 1 for image 1.',
    )
  })
})

describe('balancedSubset', () => {
  it('has equally many images of each class, each once, in random order', () => {
    const data = glyphs({ size: 100, seed: 1 })
    const part = balancedSubset(data, { perClass: 4, seed: 9 })
    expect(part.size).toBe(40)
    for (let label = 0; label < 10; label++) expect(count(part, label)).toBe(4)
    const images = new Set(Array.from({ length: 40 }, (_, i) => part.images.subarray(i * 1024, i * 1024 + 1024).join()))
    expect(images.size).toBe(40)
    expect([...part.labels].sort((a, b) => a - b)).not.toEqual([...part.labels])
    expect(part.boxes.length).toBe(160)
  })

  it('grows: a smaller part under the same seed is among a larger one', () => {
    const data = labelled(Array.from({ length: 90 }, (_, i) => i % 3))
    const small = balancedSubset(data, { perClass: 3, seed: 4 })
    const large = new Set(balancedSubset(data, { perClass: 7, seed: 4 }).images)
    expect([...small.images].every((image) => large.has(image))).toBe(true)
    expect(balancedSubset(data, { perClass: 3, seed: 5 }).images).not.toEqual(small.images)
  })

  it('refuses more than a class has, and names the class', async () => {
    const data = labelled([0, 0, 1, 2, 2])
    const error = await dataError('INVALID_ARGUMENT', () => balancedSubset(data, { perClass: 2 }))
    expect(error.message).toBe(
      'balancedSubset: `perClass` must be at most 1, the number of images of class class 1, got 2.',
    )
    for (const perClass of [0, 1.5]) await dataError('INVALID_ARGUMENT', () => balancedSubset(data, { perClass }))
  })
})
