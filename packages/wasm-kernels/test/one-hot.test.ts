import { oneHot, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'

onWasm()

test.each(['float32', 'int32', 'bool'] as const)('rows of %s', (dtype) => {
  tidy(() => {
    const rows = oneHot(tensor1d([2, 0, -1, 3], 'int32'), 3, 1, 0, dtype)
    expect(rows.dtype).toBe(dtype)
    expect(rows.shape).toEqual([4, 3])
    expect(Array.from(rows.dataSync())).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  })
})

test('smoothed labels, for indices of two axes', () => {
  tidy(() => {
    const rows = oneHot(tensor2d([[1], [0]], [2, 1], 'int32'), 2, 0.9, 0.1, 'float32')
    expect(rows.shape).toEqual([2, 1, 2])
    expect(rows).toBeAllClose([0.1, 0.9, 0.9, 0.1])
  })
})
