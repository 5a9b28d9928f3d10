import '@tensorflow/tfjs-backend-cpu'
import { expectNoLeak } from '@gg/testing'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  add,
  backend,
  cast,
  clone,
  fused,
  memory,
  mul,
  ones,
  reshape,
  setBackend,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
  variable,
} from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'

onWasm()

const offset = (t: { dataId: object }) => (backend() as BackendWasm).getMemoryOffset(t.dataId)

describe('clone', () => {
  test('shares memory and costs no buffer', () => {
    const x = tensor1d([1, 2, 3])
    const before = memory()
    const y = clone(x)
    expect(offset(y)).toBe(offset(x))
    expect(memory().numDataBuffers).toBe(before.numDataBuffers)
    x.dispose()
    y.dispose()
  })

  test.each([['the original first'], ['the clone first']])('disposed with %s, the other keeps its numbers', (order) => {
    expectNoLeak(() => {
      const x = tensor1d([1, 2, 3])
      const y = clone(x)
      const [first, second] = order === 'the original first' ? [x, y] : [y, x]
      first.dispose()
      // What is allocated now would land in memory that was freed too early.
      const other = tensor1d([7, 8, 9])
      expect(second).toBeAllClose([1, 2, 3])
      second.dispose()
      expect(other).toBeAllClose([7, 8, 9])
      other.dispose()
    })
  })

  test('is not changed by a variable that is assigned', () => {
    expectNoLeak(() => {
      const start = tensor1d([1, 2])
      const v = variable(start)
      const old = clone(v)
      const next = mul(v, 10) as Tensor1D
      v.assign(next)
      const alias = clone(v)
      expect(old).toBeAllClose([1, 2])
      expect(alias).toBeAllClose([10, 20])
      v.dispose()
      next.dispose()
      expect(alias).toBeAllClose([10, 20])
      for (const t of [start, old, alias]) t.dispose()
    })
  })

  test('survives a move to another backend and back', async () => {
    const x = tensor1d([1, 2, 3])
    const y = clone(x)
    await setBackend('cpu')
    expect(add(y, 1)).toBeAllClose([2, 3, 4])
    x.dispose()
    expect(y).toBeAllClose([1, 2, 3])
    await setBackend('wasm')
    expect(add(y, 1)).toBeAllClose([2, 3, 4])
    y.dispose()
  })

  test('copies strings', () => {
    const x = tensor(['a', 'b'])
    const y = clone(x)
    x.dispose()
    expect(y.dataSync()).toEqual(['a', 'b'])
    y.dispose()
  })

  test('shares what was reshaped, and the fused convolutions still take it as a bias', () => {
    tidy(() => {
      const reshaped = reshape(tensor([1, 2], [1, 2]), [2])
      const bias = clone(reshaped)
      expect(offset(bias)).toBe(offset(reshaped))
      const x = ones([1, 1, 1, 2]) as Tensor4D
      const common = { x, strides: 1, pad: 'valid', bias } as const
      expect(fused.conv2d({ ...common, filter: tensor([1, 0, 0, 1], [1, 1, 2, 2]) as Tensor4D })).toBeAllClose([2, 3])
      const depthwise = tensor([3, 4], [1, 1, 2, 1]) as Tensor4D
      expect(fused.depthwiseConv2d({ ...common, filter: depthwise })).toBeAllClose([4, 6])
    })
  })
})

describe('cast', () => {
  test('to the dtype it has shares memory', () => {
    const x = tensor1d([1.5, -2])
    const y = cast(x, 'float32')
    expect(offset(y)).toBe(offset(x))
    x.dispose()
    expect(y).toBeAllClose([1.5, -2])
    y.dispose()
  })

  test('to bool asks for x != 0', () => {
    tidy(() => {
      expect(Array.from(cast(tensor1d([0.5, 256, 0, -0, Number.NaN, -1]), 'bool').dataSync())).toEqual([
        1, 1, 0, 0, 1, 1,
      ])
      expect(Array.from(cast(tensor1d([256, 0, -3], 'int32'), 'bool').dataSync())).toEqual([1, 0, 1])
    })
  })

  test('to int32 truncates, and back from bool gives 0 and 1', () => {
    tidy(() => {
      expect(cast(tensor1d([1.7, -1.7]), 'int32')).toBeAllClose([1, -1])
      expect(cast(tensor1d([true, false], 'bool'), 'float32')).toBeAllClose([1, 0])
    })
  })
})
