import { describe, expect, it } from 'vitest'
import { fromArrays, type ImageShape, subset } from '../src/index.ts'
import { dataError } from './idx-file.ts'

const shape: ImageShape = [1, 2, 1]

describe('fromArrays', () => {
  it('takes one array as it is, and copies several together', () => {
    const images = Uint8Array.of(1, 2, 3, 4)
    const whole = fromArrays({ images, labels: [1, 0], shape })
    expect(whole.images).toBe(images)
    expect(whole).toEqual({
      name: 'arrays',
      images,
      labels: Uint8Array.of(1, 0),
      shape,
      classNames: ['0', '1'],
      size: 2,
    })
    const parts = [images.subarray(0, 2), images.subarray(2)]
    expect(
      fromArrays({ images: parts, labels: Int32Array.of(1, 0), shape, name: 'mine', classNames: ['a', 'b', 'c'] }),
    ).toEqual({
      ...whole,
      name: 'mine',
      classNames: ['a', 'b', 'c'],
    })
  })

  it('keeps a thousand classes in two bytes, through subset too', () => {
    const data = fromArrays({ images: new Uint8Array(6), labels: [999, 3, 256], shape })
    expect(data.labels).toEqual(Uint16Array.of(999, 3, 256))
    expect(data.classNames.length).toBe(1000)
    expect(subset(data, [2, 0]).labels).toEqual(Uint16Array.of(256, 999))
    expect(fromArrays({ images: new Uint8Array(2), labels: [255], shape }).labels).toBeInstanceOf(Uint8Array)
  })

  it('refuses what does not fit, and names it', async () => {
    const images = new Uint8Array(4)
    await dataError('MISMATCH', () => fromArrays({ images, labels: [0], shape }))
    await dataError('INVALID_ARGUMENT', () => fromArrays({ images, labels: [], shape }))
    await dataError('INVALID_ARGUMENT', () => fromArrays({ images, labels: [0, 0], shape: [0, 2, 1] }))
    for (const label of [-1, 0.5, 65_536, Number.NaN]) {
      await dataError('INVALID_ARGUMENT', () => fromArrays({ images, labels: [0, label], shape }))
    }
    const classNames = ['a']
    const label = await dataError('INVALID_ARGUMENT', () => fromArrays({ images, labels: [0, 1], shape, classNames }))
    expect(label.message).toBe('fromArrays: `labels[1]` must be an integer from 0 to 0, got 1.')
    const length = await dataError('MISMATCH', () =>
      fromArrays({ images: [Uint8Array.of(1, 2), Uint8Array.of(3)], labels: [0, 0], shape }),
    )
    expect(length.message).toBe('fromArrays: `images[1]` must have 2 values, as `shape` says, got 1.')
  })
})
