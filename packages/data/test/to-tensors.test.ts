import { expectNoLeak, onBackends } from '@gg/testing'
import { describe, expect, it } from 'vitest'
import { batches, glyphs, type ImageBatch, mixup, type ToTensorsOptions, toTensors } from '../src/index.ts'
import { dataError } from './idx-file.ts'

const batch: ImageBatch = {
  images: Uint8Array.of(0, 51, 255, 102, 0, 255, 51, 0, 0, 1, 2, 3),
  labels: Int32Array.of(3, 1),
  indices: Uint32Array.of(0, 1),
  size: 2,
  shape: [1, 2, 3],
}

function numbers(options?: ToTensorsOptions): readonly number[] {
  return expectNoLeak(() => {
    const { images, labels } = toTensors(batch, options)
    expect([images.shape, images.dtype, labels.shape, labels.dtype]).toEqual([[2, 1, 2, 3], 'float32', [2], 'int32'])
    expect(labels.dataSync()).toEqual(Int32Array.of(3, 1))
    const values = Array.from(images.dataSync())
    images.dispose()
    labels.dispose()
    return values
  })
}

onBackends(() => {
  describe('toTensors', () => {
    it('scales bytes to 0 to 1', () => {
      expect(numbers()).toBeAllClose([0, 0.2, 1, 0.4, 0, 1, 0.2, 0, 0, 1 / 255, 2 / 255, 3 / 255])
    })

    it('subtracts the mean and divides by the standard deviation', () => {
      expect(numbers({ mean: 0.2, std: 0.5 }).slice(0, 6)).toBeAllClose([-0.4, 0, 1.6, 0.4, -0.4, 1.6])
    })

    it('does so channel by channel', () => {
      const values = numbers({ mean: [0, 0.2, 1], std: [1, 2, 0.5] })
      expect(values.slice(0, 6)).toBeAllClose([0, 0, 0, 0.4, -0.1, 0])
      expect(values.slice(6, 9)).toBeAllClose([0.2, -0.1, -2])
    })

    it('takes what batches yields and shares no memory with it', () => {
      for (const glyph of batches(glyphs({ size: 6, seed: 1 }), { batchSize: 4 })) {
        expectNoLeak(() => {
          const { images, labels } = toTensors(glyph)
          const bytes = Array.from(glyph.images, (byte) => byte / 255)
          const classes = Array.from(glyph.labels)
          glyph.images.fill(0)
          glyph.labels.fill(0)
          expect(images).toBeAllClose(bytes)
          expect(labels).toBeAllClose(classes)
          images.dispose()
          labels.dispose()
        })
      }
    })

    it('passes on what mixup left, and has nothing of it otherwise', () => {
      expectNoLeak(() => {
        const [mixed] = batches(glyphs({ size: 6, seed: 1 }), { batchSize: 6, augment: mixup({ alpha: 1 }) })
        const tensors = toTensors(mixed!)
        expect(tensors.mixup!.labels.dtype).toBe('int32')
        expect(tensors.mixup!.labels).toBeAllClose(Array.from(mixed!.mixup!.labels))
        expect(tensors.mixup!.weights).toBeAllClose(mixed!.mixup!.weights, { rtol: 0, atol: 0 })
        for (const tensor of [tensors.images, tensors.labels, ...Object.values(tensors.mixup!)]) tensor.dispose()
        const plain = toTensors(batch)
        expect('mixup' in plain).toBe(false)
        plain.images.dispose()
        plain.labels.dispose()
      })
    })

    it('leaves nothing behind when it throws, also after the first tensor', () => {
      const broken = {
        length: 2,
        [Symbol.iterator]: () => {
          throw new Error('no labels')
        },
      } as unknown as Int32Array
      expectNoLeak(() => {
        expect(() => toTensors({ ...batch, labels: broken })).toThrow('no labels')
        expect(() => toTensors(batch, { std: 0 })).toThrow('above 0')
      })
    })
  })
})

describe('toTensors', () => {
  it('refuses what is no mean, no standard deviation and no batch', async () => {
    for (const std of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, [1, 1], [1, 1, 0]]) {
      await dataError('INVALID_ARGUMENT', () => toTensors(batch, { std }))
    }
    await dataError('INVALID_ARGUMENT', () => toTensors(batch, { mean: [0, 0, Number.NaN] }))
    await dataError('MISMATCH', () => toTensors({ ...batch, size: 3 }))
    await dataError('MISMATCH', () => toTensors({ ...batch, labels: Int32Array.of(1) }))
    const short = { labels: Int32Array.of(1, 2), weights: Float32Array.of(1) }
    await dataError('MISMATCH', () => toTensors({ ...batch, mixup: short }))
    const error = await dataError('INVALID_ARGUMENT', () => toTensors(batch, { std: [1, 2] }))
    expect(error.message).toBe(
      'toTensors: `std` must be finite and above 0, one number or 3 (one per channel), got 1, 2.',
    )
  })
})
