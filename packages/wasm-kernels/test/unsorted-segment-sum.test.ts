import { expectNoLeak, readVectors } from '@gg/testing'
import { dispose, tensor1d, tensor2d, unsortedSegmentSum } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
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
