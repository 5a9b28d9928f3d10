import { describe, expect, it } from 'vitest'
import { glyphs, type ImageDataset, subset, take } from '../src/index.ts'
import { dataError } from './idx-file.ts'

const data = glyphs({ size: 20, seed: 2 })
const { boxes: _, ...unboxed } = data

describe('subset', () => {
  it('copies images, labels and boxes in the order of the indices', () => {
    const some = subset(data, [7, 3, 7])
    expect(some.labels).toEqual(Uint8Array.of(data.labels[7]!, data.labels[3]!, data.labels[7]!))
    expect(some.images.subarray(1024, 2048)).toEqual(data.images.subarray(3 * 1024, 4 * 1024))
    expect(some.boxes.subarray(8, 12)).toEqual(data.boxes.subarray(28, 32))
    expect([some.size, some.name, some.shape]).toEqual([3, 'glyphs/train', [32, 32, 1]])
    some.images.fill(0)
    expect(data).toEqual(glyphs({ size: 20, seed: 2 }))
  })

  it('invents no boxes', () => {
    expect('boxes' in subset(unboxed as ImageDataset, [1])).toBe(false)
    expect('boxes' in take(unboxed as ImageDataset, 1)).toBe(false)
  })

  it('refuses indices outside the set', async () => {
    for (const bad of [-1, 20, 0.5, Number.NaN]) await dataError('INVALID_ARGUMENT', () => subset(data, [0, bad]))
    await dataError('INVALID_ARGUMENT', () => subset(data, []))
    await dataError('MISMATCH', () => subset({ ...data, boxes: new Int16Array(4) }, [0]))
    const error = await dataError('INVALID_ARGUMENT', () => subset(data, [0, 20]))
    expect(error.message).toBe('subset: `indices[1]` must be an integer from 0 to 19, got 20.')
  })
})

describe('take', () => {
  it('views the first images, labels and boxes', () => {
    const few = take(data, 5)
    expect(few).toEqual(glyphs({ size: 5, seed: 2 }))
    expect(few.images.buffer).toBe(data.images.buffer)
  })

  it('refuses to take none, or more than there are', async () => {
    for (const bad of [0, 21, 1.5]) await dataError('INVALID_ARGUMENT', () => take(data, bad))
    await dataError('MISMATCH', () => take({ ...data, images: new Uint8Array(3) }, 1))
  })
})
