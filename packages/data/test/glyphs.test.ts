import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { glyphs } from '../src/index.ts'
import { dataError } from './idx-file.ts'

const sha256 = (bytes: NodeJS.ArrayBufferView) => createHash('sha256').update(bytes).digest('hex')
const boxOf = (boxes: Int16Array, i: number) =>
  Array.from(boxes.subarray(4 * i, 4 * i + 4)) as [number, number, number, number]

describe('glyphs', () => {
  it('draws the same bytes on every machine', () => {
    // Seen the same in V8 and in QuickJS.
    const { images, labels, boxes } = glyphs({ size: 1000, seed: 1 })
    expect(sha256(images)).toBe('13b192fc101a981aea498d65cb799922227386b56e329eaab8897fe1e5c73172')
    expect(sha256(labels)).toBe('525549dd723db6b14ba9ede634b3afc9b2e2e57563db8e3b97a277cfe1bbc99b')
    expect(sha256(boxes)).toBe('73fb8d3afcfc1522624c0b2657357e2b6ddc5c1327e4054753768896f9a45b75')
    const test = glyphs({ size: 100, seed: 1, split: 'test' })
    expect(sha256(test.images)).toBe('4436477ca0de945ff4b93e42655f6bd6563f289b7cda725697dd63f40d4124cb')
  })

  it('describes itself', () => {
    const { name, shape, size, classNames, images, labels, boxes } = glyphs({ size: 7, split: 'test' })
    expect({ name, shape, size, classes: classNames.join('') }).toEqual({
      name: 'glyphs/test',
      shape: [32, 32, 1],
      size: 7,
      classes: '0123456789',
    })
    expect([images.length, labels.length, boxes.length]).toEqual([7 * 1024, 7, 28])
  })

  it('holds each digit once in every ten images, in changing order', () => {
    const { labels } = glyphs({ size: 1000, seed: 3 })
    const orders = new Set<string>()
    for (let i = 0; i < 1000; i += 10) {
      const ten = labels.subarray(i, i + 10)
      orders.add(ten.join(''))
      expect(Array.from(ten).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    expect(orders.size).toBeGreaterThan(95)
  })

  it('is the beginning of every larger set of its seed and split', () => {
    const small = glyphs({ size: 23, seed: 9 })
    const large = glyphs({ size: 100, seed: 9 })
    expect(large.images.subarray(0, 23 * 1024)).toEqual(small.images)
    expect(large.labels.subarray(0, 23)).toEqual(small.labels)
    expect(large.boxes.subarray(0, 23 * 4)).toEqual(small.boxes)
  })

  it('shares no image between splits, seeds and positions', () => {
    const seen = new Set<string>()
    for (const split of ['train', 'test'] as const) {
      for (const seed of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
        const { images, size } = glyphs({ size: 200, seed, split, clutter: 0, noise: 0 })
        for (let i = 0; i < size; i++) seen.add(sha256(images.subarray(i * 1024, (i + 1) * 1024)))
      }
    }
    expect(seen.size).toBe(1600)
  })

  it('boxes exactly the pixels that the glyph changes, half-open', () => {
    const { images, boxes, size } = glyphs({ size: 500, seed: 4, clutter: 0, noise: 0 })
    for (let i = 0; i < size; i++) {
      const image = images.subarray(i * 1024, (i + 1) * 1024)
      const background = Math.min(...image)
      const ink = Array.from(image.keys()).filter((at) => image[at] !== background)
      const xs = ink.map((at) => at % 32)
      const ys = ink.map((at) => Math.floor(at / 32))
      expect(boxOf(boxes, i)).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1])
    }
  })

  it('leaves the glyph as it is when clutter and noise are added, and keeps clutter out of its box', () => {
    const clean = glyphs({ size: 300, seed: 5, clutter: 0, noise: 0 })
    const cluttered = glyphs({ size: 300, seed: 5, clutter: 20, noise: 0 })
    expect(glyphs({ size: 300, seed: 5 }).boxes).toEqual(clean.boxes)
    expect(cluttered.boxes).toEqual(clean.boxes)
    let changed = 0
    for (let i = 0; i < 300; i++) {
      const [x0, y0, x1, y1] = boxOf(clean.boxes, i)
      for (let at = 0; at < 1024; at++) {
        const [x, y] = [at % 32, Math.floor(at / 32)]
        const same = clean.images[i * 1024 + at] === cluttered.images[i * 1024 + at]
        if (!same) changed++
        if (x >= x0 && x < x1 && y >= y0 && y < y1) expect(same).toBe(true)
      }
    }
    expect(changed / 300).toBeGreaterThan(50) // pixels of clutter per image
  })

  it('adds noise of the standard deviation that it was asked for', () => {
    const clean = glyphs({ size: 200, seed: 6, clutter: 0, noise: 0 })
    const noisy = glyphs({ size: 200, seed: 6, clutter: 0, noise: 10 })
    const differences: number[] = []
    // Away from the ends of the byte, where noise is cut off.
    clean.images.forEach((level, at) => {
      if (level >= 40 && level <= 210) differences.push(noisy.images[at]! - level)
    })
    const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length
    const sd = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / differences.length)
    expect(differences.length).toBeGreaterThan(20_000)
    expect(Math.abs(mean)).toBeLessThan(0.25)
    expect(Math.abs(sd - 10)).toBeLessThan(0.25)
  })

  it('places glyphs of every digit everywhere', () => {
    const { labels, boxes, size } = glyphs({ size: 4000, seed: 7 })
    const centres = new Map<string, number>()
    const edges = new Set<string>()
    for (let i = 0; i < size; i++) {
      const [x0, y0, x1, y1] = boxOf(boxes, i)
      expect(Math.min(x0, y0)).toBeGreaterThanOrEqual(0)
      expect(Math.max(x1, y1)).toBeLessThanOrEqual(32)
      if (x0 === 0) edges.add('left')
      if (y0 === 0) edges.add('top')
      if (x1 === 32) edges.add('right')
      if (y1 === 32) edges.add('bottom')
      const quadrant = `${labels[i]} ${x0 + x1 < 32 ? 'left' : 'right'} ${y0 + y1 < 32 ? 'top' : 'bottom'}`
      centres.set(quadrant, (centres.get(quadrant) ?? 0) + 1)
    }
    expect(edges.size).toBe(4)
    expect(centres.size).toBe(40)
    for (const [quadrant, count] of centres) expect(count, quadrant).toBeGreaterThan(60) // 100 each on average
  })

  it('draws digits that a nearest class mean tells apart, once they are cut out and enlarged', () => {
    const train = crops(glyphs({ size: 2000, seed: 8, clutter: 0, noise: 0 }))
    const test = crops(glyphs({ size: 500, seed: 8, split: 'test', clutter: 0, noise: 0 }))
    const means = Array.from({ length: 10 }, (_, digit) => {
      const own = train.filter((crop) => crop.label === digit)
      return own[0]!.values.map((_, at) => own.reduce((sum, crop) => sum + crop.values[at]!, 0) / own.length)
    })
    const right = test.filter(({ label, values }) => {
      const distances = means.map((mean) => values.reduce((sum, v, at) => sum + (v - mean[at]!) ** 2, 0))
      return distances.indexOf(Math.min(...distances)) === label
    })
    expect(right.length / test.length).toBeGreaterThan(0.6)
  })

  it('refuses options outside their range', async () => {
    await dataError('INVALID_ARGUMENT', () => glyphs({ size: 0 }))
    await dataError('INVALID_ARGUMENT', () => glyphs({ size: 2 ** 21 + 1 }))
    await dataError('INVALID_ARGUMENT', () => glyphs({ size: 1, seed: -1 }))
    await dataError('INVALID_ARGUMENT', () => glyphs({ size: 1, seed: 0.5 }))
    await dataError('INVALID_ARGUMENT', () => glyphs({ size: 1, clutter: 65 }))
    await dataError('INVALID_ARGUMENT', () => glyphs({ size: 1, noise: Number.NaN }))
    const error = await dataError('INVALID_ARGUMENT', () => glyphs({ size: 1, split: 'validation' as 'test' }))
    expect(error.message).toBe("glyphs: `split` must be 'train' or 'test', got validation.")
  })
})

/** Each glyph's box resampled to 12 x 12 and scaled to 0 to 1. */
function crops({ images, labels, boxes, size }: ReturnType<typeof glyphs>) {
  return Array.from({ length: size }, (_, i) => {
    const [x0, y0, x1, y1] = boxOf(boxes, i)
    const image = images.subarray(i * 1024, (i + 1) * 1024)
    const low = Math.min(...image)
    const high = Math.max(...image)
    const values = Array.from({ length: 144 }, (_, at) => {
      const x = x0 + Math.floor((((at % 12) + 0.5) / 12) * (x1 - x0))
      const y = y0 + Math.floor(((Math.floor(at / 12) + 0.5) / 12) * (y1 - y0))
      return (image[y * 32 + x]! - low) / (high - low)
    })
    return { label: labels[i], values }
  })
}
