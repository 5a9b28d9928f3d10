import { type Tensor, tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FUZZ, features, runFused } from './gg.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

/** Mean and biased variance of each channel in float64, variances behind means. */
function momentsOf(x: Float32Array, channels: number): Float64Array {
  const rows = x.length / channels
  const moments = new Float64Array(2 * channels)
  for (let c = 0; c < channels; c++) {
    let mean = 0
    for (let i = c; i < x.length; i += channels) mean += x[i]! / rows
    let variance = 0
    for (let i = c; i < x.length; i += channels) variance += (x[i]! - mean) ** 2 / rows
    moments.set([mean], c)
    moments.set([variance], channels + c)
  }
  return moments
}

const EPS = 1e-3
const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 9 }),
  side: fc.integer({ min: 1, max: 7 }),
  channels: fc.oneof(fc.integer({ min: 1, max: 21 }), fc.constantFrom(32, 64, 130)),
  seed: fc.nat(),
  mean: fc.constantFrom(0, 0, 3, -100),
  spread: fc.constantFrom(1, 0.01, 30),
})

describe('moments', () => {
  test('are those of float64, also far from 0', () => {
    fc.assert(
      fc.property(shapes, ({ batch, side, channels, seed, mean, spread }) => {
        tidy(() => {
          const x = features([batch, side, side, channels], seed, mean, spread)
          const [moments] = runFused('GgBatchMoments', { x })
          const expected = momentsOf(x.dataSync() as Float32Array, channels)
          expect(moments!.slice(0, channels)).toBeAllClose(expected.slice(0, channels), { atol: 1e-6 * spread })
          expect(moments!.slice(channels)).toBeAllClose(expected.slice(channels), { atol: 1e-12 })
        })
      }),
      FUZZ,
    )
  })

  test('of many blocks and with a first number that is far off', () => {
    tidy(() => {
      const values = features([70_001, 3], 7, 5).dataSync() as Float32Array
      values.set([1e4, -1e4, 1e-4])
      const [moments] = runFused('GgBatchMoments', { x: tensor2d(values, [70_001, 3]) })
      expect(moments).toBeAllClose(momentsOf(values, 3))
    })
  })

  test('say NaN and Infinity of the channels that have one', () => {
    tidy(() => {
      const x = tensor2d([1, Number.NaN, Number.POSITIVE_INFINITY, 3, 1, 1], [2, 3])
      const [moments] = runFused('GgBatchMoments', { x })
      expect(moments).toBeAllClose([2, Number.NaN, Number.POSITIVE_INFINITY, 1, Number.NaN, Number.NaN])
    })
  })
})

function largest(numbers: Float32Array | Float64Array): number {
  let size = 0
  for (const number of numbers) size = Math.max(size, Math.abs(number))
  return size
}

interface Case {
  readonly x: Float32Array
  readonly dy: Float32Array
  readonly residual: Float32Array | undefined
  readonly scale: Float32Array
  readonly offset: Float32Array
  readonly moments: Float32Array
  readonly relu: boolean
}

/** Forward in float64. */
function normalized({ x, residual, scale, offset, moments, relu }: Case): Float64Array {
  const channels = scale.length
  return Float64Array.from(x, (value, i) => {
    const c = i % channels
    const s = Math.sqrt(moments[channels + c]! + EPS)
    const y = ((value - moments[c]!) / s) * scale[c]! + offset[c]! + (residual?.[i] ?? 0)
    return relu && y < 0 ? 0 : y
  })
}

/** Backward in float64: dx, dScale, dOffset and the gradient behind ReLU. */
function gradients({ x, dy, scale, moments, relu }: Case, y: Float32Array, ofBatch: boolean) {
  const channels = scale.length
  const rows = x.length / channels
  const g = Float64Array.from(dy, (value, i) => (relu && !(y[i]! > 0) ? 0 : value))
  const [dScale, dOffset] = [new Float64Array(channels), new Float64Array(channels)]
  const xHat = (i: number) => (x[i]! - moments[i % channels]!) / Math.sqrt(moments[channels + (i % channels)]! + EPS)
  for (let i = 0; i < x.length; i++) {
    dScale[i % channels]! += g[i]! * xHat(i)
    dOffset[i % channels]! += g[i]!
  }
  const dx = Float64Array.from(g, (value, i) => {
    const c = i % channels
    const through = ofBatch ? (dOffset[c]! + xHat(i) * dScale[c]!) / rows : 0
    return (scale[c]! / Math.sqrt(moments[channels + c]! + EPS)) * (value - through)
  })
  return { dx, dScale, dOffset, g }
}

test('normalizing, forward and backward, is that of float64', () => {
  const forms = fc.record({ residual: fc.boolean(), relu: fc.boolean(), ofBatch: fc.boolean() })
  fc.assert(
    fc.property(shapes, forms, ({ batch, side, channels, seed, mean, spread }, { residual, relu, ofBatch }) => {
      tidy(() => {
        const shape = [batch, side, side, channels]
        const inputs = {
          x: features(shape, seed, mean, spread),
          moments: features([2, channels], seed + 1, 3, 0.5),
          scale: features([channels], seed + 2),
          offset: features([channels], seed + 3),
        }
        if (ofBatch) {
          inputs.moments = tensor(Float32Array.from(momentsOf(inputs.x.dataSync() as Float32Array, channels)), [
            2,
            channels,
          ])
        }
        const [shortcut, dy] = [features(shape, seed + 4), features(shape, seed + 5)]
        const numbers = (t: Tensor) => t.dataSync() as Float32Array
        const all: Case = {
          x: numbers(inputs.x),
          dy: numbers(dy),
          residual: residual ? numbers(shortcut) : undefined,
          scale: numbers(inputs.scale),
          offset: numbers(inputs.offset),
          moments: numbers(inputs.moments),
          relu,
        }
        const [y] = runFused('GgBatchNormalize', residual ? { ...inputs, residual: shortcut } : inputs, {
          eps: EPS,
          relu,
        })
        const size = 1e-5 * largest(all.x) + 1e-5
        expect(y).toBeAllClose(normalized(all), { atol: 3 * size })

        const { offset: _, ...kept } = { ...inputs, dy }
        const attrs = { eps: EPS, ofBatch, residual: residual && relu }
        const grads = runFused('GgBatchNormalizeGrad', relu ? { ...kept, y: tensor(y!, shape) } : kept, attrs)
        if (relu && !residual) {
          // y found again from x.
          const again = runFused('GgBatchNormalizeGrad', { ...inputs, dy, y: tensor(y!, shape) }, attrs)
          expect(again).toEqual(grads)
        }
        const expected = gradients(all, y!, ofBatch)
        const slack = {
          rtol: 1e-4,
          atol: 1e-4 * Math.max(1, Math.sqrt(all.x.length / channels)) * Math.max(1, size * 1e5),
        }
        expect(grads.length).toBe(residual && relu ? 4 : 3)
        expect(grads[0]).toBeAllClose(expected.dx, {
          rtol: 1e-4,
          atol: 1e-4 * Math.max(1, largest(expected.dx)),
        })
        expect(grads[1]).toBeAllClose(expected.dScale, slack)
        expect(grads[2]).toBeAllClose(expected.dOffset, slack)
        if (grads[3] !== undefined) expect(grads[3]).toBeAllClose(expected.g)
      })
    }),
    FUZZ,
  )
})

test('behind ReLU an infinite gradient of a dead unit is NaN, as in the product, and NaN stays', () => {
  tidy(() => {
    const inputs = {
      dy: tensor2d([Number.POSITIVE_INFINITY, 1, 1, 2], [2, 2]),
      x: tensor2d([1, 2, 3, 4], [2, 2]),
      y: tensor2d([0, Number.NaN, 1, 1], [2, 2]),
      moments: tensor2d([2, 3, 1, 1], [2, 2]),
      scale: tensor1d([1, 1]),
    }
    const [, , , g] = runFused('GgBatchNormalizeGrad', inputs, { eps: EPS, ofBatch: true, residual: true })
    expect(g).toBeAllClose([Number.NaN, Number.NaN, 1, 2])
  })
})

test('running moments move towards the batch, the variance without its bias', () => {
  tidy(() => {
    const inputs = {
      mean: tensor1d([1, 2, 3]),
      variance: tensor1d([1, 1, 4]),
      moments: tensor2d([3, 2, 1, 2, 4, 8], [2, 3]),
    }
    const [mean, variance] = runFused('GgRunningMoments', inputs, { momentum: 0.25, samples: 5 })
    expect(mean).toBeAllClose([1.5, 2, 2.5])
    expect(variance).toBeAllClose([0.75 + 0.625, 0.75 + 1.25, 3 + 2.5])
  })
})

test('a batch of nothing is normalized to nothing', () => {
  tidy(() => {
    const inputs = {
      x: tensor2d([], [0, 3]),
      moments: features([2, 3], 1, 3),
      scale: features([3], 1),
      offset: features([3], 2),
    }
    expect(runFused('GgBatchNormalize', inputs, { eps: EPS, relu: true })).toEqual([new Float32Array(0)])
  })
})
