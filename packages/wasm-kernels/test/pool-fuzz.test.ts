import { tensor4d } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { runKernelOn } from './run-kernel.ts'

onWasm()

interface Case {
  readonly batch: number
  readonly size: readonly [number, number]
  readonly channels: number
  readonly filterSize: [number, number]
  readonly strides: [number, number]
  readonly pad: 'same' | 'valid' | number
  readonly seed: number
}

const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
const cases: fc.Arbitrary<Case> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: pair(11),
    channels: fc.oneof(fc.integer({ min: 1, max: 13 }), fc.constantFrom(16, 19, 33)),
    filterSize: pair(5),
    strides: pair(4),
    pad: fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.integer({ min: 0, max: 2 })),
    seed: fc.nat(1000),
  })
  // With a padding in numbers tfjs takes the height's filter and stride for the width too.
  .map((c) => {
    // A third of them in halves, which have kernels of their own.
    if (c.seed % 3 === 1) return { ...c, filterSize: [2, 2] as [number, number], strides: [2, 2] as [number, number] }
    if (typeof c.pad === 'string') return c
    const [f, s] = [c.filterSize[0], c.strides[0]]
    return { ...c, filterSize: [f, f] as [number, number], strides: [s, s] as [number, number] }
  })
  .filter(({ size, filterSize, pad }) => {
    if (pad === 'same') return true
    const padding = pad === 'valid' ? 0 : pad
    // A window that holds nothing but padding has no maximum and no mean.
    return size.every((n, i) => n + 2 * padding >= filterSize[i]! && padding < filterSize[i]!)
  })

/** Few values, so that maxima are tied; NaN and infinities now and then. */
function values(count: number, seed: number): number[] {
  const special = seed % 3 === 0 ? [Number.NaN, Infinity, -Infinity] : []
  return Array.from(
    { length: count },
    (_, i) => special[(i + seed) % 37] ?? Math.round(4 * Math.sin(0.7 * i * i + seed)),
  )
}

/** Where each window begins and how many there are, along one axis. */
function windows({ size, filterSize, strides, pad }: Case, axis: 0 | 1): { count: number; before: number } {
  const [n, f, s] = [size[axis], filterSize[axis], strides[axis]]
  if (pad === 'same') {
    const count = Math.ceil(n / s)
    return { count, before: Math.floor(Math.max(0, (count - 1) * s + f - n) / 2) }
  }
  const before = pad === 'valid' ? 0 : pad
  return { count: Math.floor((n + 2 * before - f) / s) + 1, before }
}

/** Calls `visit` with each output and the inputs of its window, by the definition of pooling. */
function eachWindow(c: Case, visit: (output: number, pixels: number[]) => void): number {
  const [rows, columns] = [windows(c, 0), windows(c, 1)]
  const [height, width] = c.size
  let output = 0
  for (let n = 0; n < c.batch; n++) {
    for (let i = 0; i < rows.count; i++) {
      for (let j = 0; j < columns.count; j++) {
        for (let channel = 0; channel < c.channels; channel++) {
          const pixels: number[] = []
          for (let u = 0; u < c.filterSize[0]; u++) {
            for (let v = 0; v < c.filterSize[1]; v++) {
              const [y, x] = [i * c.strides[0] + u - rows.before, j * c.strides[1] + v - columns.before]
              if (y < 0 || y >= height || x < 0 || x >= width) continue
              pixels.push(((n * height + y) * width + x) * c.channels + channel)
            }
          }
          visit(output++, pixels)
        }
      }
    }
  }
  return output
}

const shapes = (c: Case) => {
  const x: [number, number, number, number] = [c.batch, ...c.size, c.channels]
  const y: [number, number, number, number] = [c.batch, windows(c, 0).count, windows(c, 1).count, c.channels]
  return { x, y }
}
const size = (shape: readonly number[]) => shape.reduce((n, s) => n * s, 1)
const attrs = ({ filterSize, strides, pad }: Case) => ({ filterSize, strides, pad })

describe('over windows, strides, paddings and channels', () => {
  test('MaxPool', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { x, y } = shapes(c)
        const input = values(size(x), c.seed)
        const expected: number[] = []
        eachWindow(c, (output, pixels) => {
          const window = pixels.map((p) => input[p]!)
          expected[output] = window.some(Number.isNaN) ? Number.NaN : Math.max(...window)
        })
        const got = runKernelOn('MaxPool', { x: tensor4d(input, x) }, attrs(c))
        expect(got.shape).toEqual(y)
        expect(Array.from(got.values, (v) => v + 0)).toEqual(expected.map((v) => v + 0))
      }),
      { numRuns: FUZZ },
    )
  })

  test('MaxPoolGrad', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { x, y } = shapes(c)
        const input = values(size(x), c.seed)
        const dy = Array.from({ length: size(y) }, (_, i) => Math.fround(Math.cos(i + c.seed)))
        const expected = new Array<number>(size(x)).fill(0)
        eachWindow(c, (output, pixels) => {
          const window = pixels.map((p) => input[p]!)
          const nan = window.findIndex(Number.isNaN)
          const best = pixels[nan >= 0 ? nan : window.indexOf(Math.max(...window))]!
          expected[best] = expected[best]! + dy[output]!
        })
        const inputs = { dy: tensor4d(dy, y), input: tensor4d(input, x), output: tensor4d(dy, y) }
        const got = runKernelOn('MaxPoolGrad', inputs, attrs(c))
        expect(got.shape).toEqual(x)
        expect(got.values).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 })
      }),
      { numRuns: FUZZ },
    )
  })

  test('AvgPool', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { x, y } = shapes(c)
        const input = values(size(x), c.seed)
        const expected: number[] = []
        eachWindow(c, (output, pixels) => {
          expected[output] = pixels.reduce((sum, p) => sum + input[p]!, 0) / pixels.length
        })
        const got = runKernelOn('AvgPool', { x: tensor4d(input, x) }, attrs(c))
        expect(got.shape).toEqual(y)
        expect(got.values).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 })
      }),
      { numRuns: FUZZ },
    )
  })

  test('AvgPoolGrad', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { x, y } = shapes(c)
        const dy = Array.from({ length: size(y) }, (_, i) => Math.fround(Math.cos(i + c.seed)))
        const expected = new Array<number>(size(x)).fill(0)
        eachWindow(c, (output, pixels) => {
          for (const p of pixels) expected[p] = expected[p]! + dy[output]! / pixels.length
        })
        const inputs = { dy: tensor4d(dy, y), input: tensor4d(new Float32Array(size(x)), x) }
        const got = runKernelOn('AvgPoolGrad', inputs, attrs(c))
        expect(got.shape).toEqual(x)
        expect(got.values).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 })
      }),
      { numRuns: FUZZ },
    )
  })
})
