import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Augmentation,
  augment,
  batches,
  cutout,
  flip,
  fromArrays,
  type ImageBatch,
  type ImageDataset,
  type ImageShape,
  mixup,
  padCrop,
} from '../src/index.ts'
import { dataError } from './idx-file.ts'

/** Images of bytes that are never 0, each unlike the others. */
function dataset(size: number, shape: ImageShape = [5, 7, 3]): ImageDataset {
  const values = shape[0] * shape[1] * shape[2]
  const images = Uint8Array.from({ length: size * values }, (_, i) => 1 + ((i * 7 + (i >> 5)) % 255))
  return fromArrays({ images, labels: Array.from({ length: size }, (_, i) => i % 10), shape })
}

/** All images of one pass, each in the place that it has in the data set. */
function augmented(data: ImageDataset, step: Augmentation, options: Partial<Parameters<typeof batches>[1]> = {}) {
  const values = data.images.length / data.size
  const images = new Uint8Array(data.images.length)
  for (const batch of batches(data, { batchSize: 8, seed: 3, augment: step, ...options })) {
    batch.indices.forEach((index, i) => {
      images.set(batch.images.subarray(i * values, (i + 1) * values), index * values)
    })
  }
  return images
}

const shapes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }))
const steps: Readonly<Record<string, Augmentation>> = {
  padCrop: padCrop({ padding: 2 }),
  flip: flip(),
  cutout: cutout({ size: 3 }),
}

/** The pixel at (y, x) of image `i`, or null outside. */
function pixel(images: Uint8Array, [height, width, channels]: ImageShape, i: number, y: number, x: number) {
  if (y < 0 || y >= height || x < 0 || x >= width) return null
  const at = ((i * height + y) * width + x) * channels
  return images.subarray(at, at + channels).join(' ')
}

describe.each(Object.entries(steps))('%s', (_, step) => {
  it('depends on seed, epoch and the image alone, not on batch size, order or the other images', () => {
    const data = dataset(40)
    const expected = augmented(data, step)
    expect(expected).not.toEqual(data.images)
    expect(augmented(data, step, { batchSize: 3 })).toEqual(expected)
    expect(augmented(data, step, { shuffle: false, batchSize: 40 })).toEqual(expected)
    expect(augmented(data, step, { seed: 4 })).not.toEqual(expected)
    expect(augmented(data, step, { epoch: 1 })).not.toEqual(expected)
  })

  it('leaves the data set as it is', () => {
    const data = dataset(20)
    augmented(data, step)
    expect(data).toEqual(dataset(20))
  })
})

describe('padCrop', () => {
  it('shows each image moved, with the fill where there was nothing', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 12 }), fc.nat(), (shape, padding, seed) => {
        const data = dataset(3, shape)
        const fill = Array.from({ length: shape[2] }, (_, channel) => 250 + channel)
        const images = augmented(data, padCrop({ padding, fill }), { seed })
        for (let i = 0; i < 3; i++) {
          const moves: string[] = []
          for (let down = -padding; down <= padding; down++) {
            for (let right = -padding; right <= padding; right++) {
              let same = true
              for (let y = 0; y < shape[0] && same; y++) {
                for (let x = 0; x < shape[1] && same; x++) {
                  const expected = pixel(data.images, shape, i, y + down, x + right) ?? fill.join(' ')
                  same = pixel(images, shape, i, y, x) === expected
                }
              }
              if (same) moves.push(`${down} ${right}`)
            }
          }
          expect(moves.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('makes each move equally often', () => {
    // A single white pixel in the middle of 5x5 stands where the move has put it.
    const shape: ImageShape = [5, 5, 1]
    const images = new Uint8Array(25 * 4500)
    for (let i = 12; i < images.length; i += 25) images[i] = 255
    const data = fromArrays({ images, labels: new Uint8Array(4500), shape })
    const counts = new Array<number>(25).fill(0)
    augmented(data, padCrop({ padding: 1 })).forEach((byte, i) => {
      if (byte === 255) counts[i % 25]!++
    })
    const inner = [6, 7, 8, 11, 12, 13, 16, 17, 18]
    for (const at of inner) expect(Math.abs(counts[at]! - 500)).toBeLessThan(105) // 5 standard deviations
    expect(inner.reduce((sum, at) => sum + counts[at]!, 0)).toBe(4500)
  })

  it('refuses what is no padding and no fill', async () => {
    for (const padding of [0, -1, 1.5, Number.NaN]) await dataError('INVALID_ARGUMENT', () => padCrop({ padding }))
    for (const fill of [-1, 256, 0.5, Number.NaN, [1, 2.5], []]) {
      await dataError('INVALID_ARGUMENT', () => padCrop({ padding: 1, fill }))
    }
    const two = padCrop({ padding: 1, fill: [1, 2] })
    const error = await dataError('INVALID_ARGUMENT', () => augmented(dataset(1), two))
    expect(error.message).toBe('padCrop: `fill` must be a byte from 0 to 255 or 3 (one for each channel), got 1, 2.')
  })
})

describe('flip', () => {
  it('mirrors half of the images, and all or none when told to', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = dataset(2, shape)
        const images = augmented(data, flip({ probability: 1 }))
        for (let i = 0; i < 2; i++) {
          for (let y = 0; y < shape[0]; y++) {
            for (let x = 0; x < shape[1]; x++) {
              expect(pixel(images, shape, i, y, x)).toBe(pixel(data.images, shape, i, y, shape[1] - 1 - x))
            }
          }
        }
        expect(augmented(data, flip({ probability: 0 }))).toEqual(data.images)
      }),
      { numRuns: 50 },
    )
    const pairs = fromArrays({
      images: Uint8Array.from({ length: 8000 }, (_, i) => i % 2),
      labels: new Uint8Array(4000),
      shape: [1, 2, 1],
    })
    const flipped = augmented(pairs, flip()).filter((byte, i) => i % 2 === 0 && byte === 1).length
    expect(Math.abs(flipped - 2000)).toBeLessThan(160) // 5 standard deviations
  })

  it('refuses what is no probability', async () => {
    for (const probability of [-0.1, 1.1, Number.NaN]) await dataError('INVALID_ARGUMENT', () => flip({ probability }))
  })
})

describe('cutout', () => {
  it('covers one square around a pixel of the image, and nothing else', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 12 }), fc.nat(), (shape, side, seed) => {
        const [height, width] = shape
        const data = dataset(2, shape)
        const images = augmented(data, cutout({ size: side }), { seed })
        for (let i = 0; i < 2; i++) {
          const covered: (readonly [number, number])[] = []
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const found = pixel(images, shape, i, y, x)
              if (found === new Array(shape[2]).fill(0).join(' ')) covered.push([y, x])
              else expect(found).toBe(pixel(data.images, shape, i, y, x))
            }
          }
          const ys = covered.map(([y]) => y)
          const xs = covered.map(([, x]) => x)
          const [top, bottom, left, right] = [Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)]
          expect(covered.length).toBe((bottom - top + 1) * (right - left + 1))
          // Smaller than `side` only where the border cuts it.
          expect(bottom - top + 1 === side || top === 0 || bottom === height - 1).toBe(true)
          expect(right - left + 1 === side || left === 0 || right === width - 1).toBe(true)
          expect(Math.max(bottom - top, right - left)).toBeLessThan(side)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('has its centre on every pixel equally often', () => {
    const data = fromArrays({
      images: new Uint8Array(9 * 4500).fill(1),
      labels: new Uint8Array(4500),
      shape: [3, 3, 1],
    })
    const counts = new Array<number>(9).fill(0)
    augmented(data, cutout({ size: 1 })).forEach((byte, i) => {
      if (byte === 0) counts[i % 9]!++
    })
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(105) // 5 standard deviations
  })

  it('lies around its centre: opposite corners are covered equally often', () => {
    const size = 5000
    const data = fromArrays({
      images: new Uint8Array(25 * size).fill(1),
      labels: new Uint8Array(size),
      shape: [5, 5, 1],
    })
    const images = augmented(data, cutout({ size: 3 }))
    for (const corner of [0, 4, 20, 24]) {
      const covered = images.filter((byte, i) => i % 25 === corner && byte === 0).length
      expect(Math.abs(covered - (4 / 25) * size)).toBeLessThan(130) // 5 standard deviations
    }
  })

  it('refuses what is no size', async () => {
    for (const size of [0, -1, 1.5, Number.NaN]) await dataError('INVALID_ARGUMENT', () => cutout({ size }))
    await dataError('INVALID_ARGUMENT', () => cutout({ size: 1, fill: 256 }))
  })
})

describe('augment', () => {
  const data = dataset(30)

  it('does its steps in order', () => {
    const add =
      (n: number): Augmentation =>
      (batch) => {
        batch.images.forEach((byte, i) => {
          batch.images[i] = (byte * 2 + n) % 256
        })
        return batch
      }
    const expected = data.images.map((byte) => (((byte * 2 + 1) % 256) * 2 + 5) % 256)
    expect(augmented(data, augment([add(1), add(5)]))).toEqual(expected)
    expect(augmented(data, augment([]))).toEqual(data.images)
  })

  it('gives each step numbers of its own, which do not change with what comes behind', () => {
    const drawn: number[][] = [[], [], []]
    const draw =
      (list: number): Augmentation =>
      (batch, random) => {
        for (let i = 0; i < batch.size; i++) drawn[list]!.push(random(i).uint32())
        return batch
      }
    augmented(data, augment([draw(0), draw(1), augment([draw(2)])]))
    expect(new Set(drawn.flat()).size).toBe(90)
    const [first] = drawn
    drawn[0] = []
    augmented(data, augment([draw(0), flip()]))
    expect(drawn[0]).toEqual(first)
  })

  it('keeps a batch that a step replaces', () => {
    const drop: Augmentation = ({ indices, labels, shape, size }): ImageBatch => ({
      images: new Uint8Array(size * 105),
      indices,
      labels,
      shape,
      size,
    })
    expect(
      augmented(data, augment([drop, padCrop({ padding: 1, fill: 9 })])).every((byte) => byte === 0 || byte === 9),
    ).toBe(true)
  })
})

describe('mixup', () => {
  const data = dataset(24)
  const mixed = (alpha: number, options: Partial<Parameters<typeof batches>[1]> = {}) => [
    ...batches(data, { batchSize: 12, seed: 5, augment: mixup({ alpha }), ...options }),
  ]

  it('makes each image from itself and one of the batch, whose label it names', () => {
    const plain = [...batches(data, { batchSize: 12, seed: 5 })]
    mixed(1).forEach((batch, b) => {
      const before = plain[b]!
      expect(batch.labels).toEqual(before.labels)
      for (let i = 0; i < 12; i++) {
        const w = batch.mixup!.weights[i]!
        const partners = Array.from(before.labels.keys()).filter((j) =>
          batch.images
            .subarray(i * 105, (i + 1) * 105)
            .every(
              (byte, v) =>
                byte === Math.floor(w * before.images[i * 105 + v]! + (1 - w) * before.images[j * 105 + v]! + 0.5),
            ),
        )
        expect(partners.map((j) => before.labels[j])).toContain(batch.mixup!.labels[i])
      }
    })
    expect(data).toEqual(dataset(24))
  })

  it('is the same for the same seed, and another for another epoch', () => {
    expect(mixed(0.4)).toEqual(mixed(0.4))
    expect(mixed(0.4)).not.toEqual(mixed(0.4, { epoch: 1 }))
  })

  it.each([0.01, 0.2, 0.5, 1, 2, 30, 1000])('draws weights from Beta(%d, %d)', (alpha) => {
    const size = 20_000
    const many = fromArrays({ images: new Uint8Array(size), labels: new Uint8Array(size), shape: [1, 1, 1] })
    const [batch] = batches(many, { batchSize: size, augment: mixup({ alpha }) })
    const weights = batch!.mixup!.weights
    const moment = (power: number) => weights.reduce((sum, w) => sum + (2 * w - 1) ** power, 0) / size
    // Of 2w - 1 with w ~ Beta(a, a): mean 0, variance 1 / (2a + 1), fourth moment 3 / ((2a + 1) (2a + 3)).
    const variance = 1 / (2 * alpha + 1)
    const fourth = 3 / ((2 * alpha + 1) * (2 * alpha + 3))
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(variance / size))
    expect(Math.abs(moment(2) - variance)).toBeLessThan(5 * Math.sqrt((fourth - variance ** 2) / size) + 1e-6)
    expect(weights.every((w) => w >= 0 && w <= 1)).toBe(true)
  })

  it('draws the same weights on every machine', () => {
    expect(mixed(0.4)[0]!.mixup!.weights.subarray(0, 4).join(' ')).toMatchInlineSnapshot(
      `"0.997904360294342 0.9618276953697205 0.9813580513000488 0.998688817024231"`,
    )
  })

  it('refuses what is no alpha, and to mix twice', async () => {
    for (const alpha of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await dataError('INVALID_ARGUMENT', () => mixup({ alpha }))
    }
    await dataError('MISMATCH', () => augmented(data, augment([mixup({ alpha: 1 }), mixup({ alpha: 1 })])))
  })
})
