import { expectNoLeak, readVectors } from '@gg/testing'
import { dispose, tensor1d, tensor2d, unsortedSegmentSum } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { wave } from './wave.ts'

interface SegmentCase {
  readonly x: number[]
  readonly ids: number[]
  readonly segments: number
  readonly y: number[]
}

const { segmentSum } = readVectors<{ segmentSum: SegmentCase[] }>('wasm-kernels')

onWasm()

test.each(segmentSum.map((c) => [`[${c.x}] by [${c.ids}]`, c] as const))('%s', (_, { x, ids, segments, y }) => {
  expectNoLeak(() => {
    const xs = wave(x, 1)
    const segmentIds = tensor1d(ids, 'int32')
    const sums = unsortedSegmentSum(xs, segmentIds, segments)
    expect(sums.shape).toEqual([segments, ...x.slice(1)])
    expect(sums).toBeAllClose(y)
    dispose([xs, segmentIds, sums])
  })
})

const segments = fc.record({
  slices: fc.integer({ min: 0, max: 60 }),
  size: fc.integer({ min: 1, max: 21 }),
  numSegments: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(1000),
  special: fc.boolean(),
})

test('adds the slices of each id in their order, with NaN and infinities', () => {
  fc.assert(
    fc.property(segments, ({ slices, size, numSegments, seed, special }) => {
      expectNoLeak(() => {
        const odd = special ? [Number.NaN, Infinity, -Infinity] : []
        const values = Array.from(
          { length: slices * size },
          (_, i) => odd[(i + seed) % 43] ?? Math.fround(Math.sin(i + seed)),
        )
        // Some lie outside, on either side.
        const ids = Array.from({ length: slices }, (_, i) => ((i * 7 + seed * i * i) % (numSegments + 3)) - 1)
        const [x, segmentIds] = [tensor2d(values, [slices, size]), tensor1d(ids, 'int32')]
        const got = unsortedSegmentSum(x, segmentIds, numSegments)
        const expected = new Float32Array(numSegments * size)
        for (const [i, id] of ids.entries()) {
          if (id < 0 || id >= numSegments) continue
          for (let k = 0; k < size; k++) expected[id * size + k]! += values[i * size + k]!
        }
        expect(Array.from(got.dataSync())).toEqual([...expected])
        dispose([x, segmentIds, got])
      })
    }),
    { numRuns: FUZZ },
  )
})

test('keeps int32, and takes ids of more than one axis', () => {
  const x = tensor2d(
    [
      [1, 2],
      [3, 4],
    ],
    [2, 2],
    'int32',
  )
  const ids = tensor2d(
    [
      [0, 2],
      [2, -1],
    ],
    [2, 2],
    'int32',
  )
  const sums = unsortedSegmentSum(x, ids as never, 3)
  expect(sums.dtype).toBe('int32')
  expect(sums).toBeAllClose([1, 0, 5])
})

test('refuses ids that do not match the front of x', () => {
  const run = () => unsortedSegmentSum(wave([4, 2], 1), tensor1d([0, 1, 2], 'int32'), 3)
  expect(run).toThrow('the shape of `segmentIds` must begin that of `x` [4, 2], got [3]')
  expect(run).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
})
