import { expectNoLeak, readVectors } from '@gg/testing'
import {
  add,
  dispose,
  fill,
  maxPool,
  minimum,
  type Rank,
  sub,
  type Tensor,
  tensor,
  tensor4d,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'
import { runKernel } from './run-kernel.ts'
import { wave } from './wave.ts'

interface PoolCase {
  readonly kind?: 'fine' | 'ties' | 'negative' | 'zero' | 'nonpositive' | 'equal'
  readonly x: number[]
  readonly dy: number[]
  readonly filterSize: number | [number, number]
  readonly strides: number | [number, number]
  readonly pad: 'same' | 'valid' | number
  readonly y: number[]
  readonly dx: number[]
}

const vectors = readVectors<{ maxPool: PoolCase[]; avgPool: PoolCase[] }>('wasm-kernels')
const title = ({ kind, x, filterSize, strides, pad }: PoolCase) =>
  `${kind ?? 'average'} ${JSON.stringify({ x, filterSize, strides, pad })}`

function input(kind: PoolCase['kind'], shape: readonly number[]): Tensor {
  return tidy(() => {
    if (kind === undefined || kind === 'fine') return wave(shape, 1)
    const x = wave(shape, 1, 4)
    if (kind === 'ties') return add(x, 0)
    if (kind === 'negative') return sub(x, 2)
    if (kind === 'zero') return zerosLike(x)
    if (kind === 'nonpositive') return minimum(x, 0)
    return fill([...shape], -1)
  })
}

onWasm()

describe.each([
  ['MaxPool', 'MaxPoolGrad', vectors.maxPool],
  ['AvgPool', 'AvgPoolGrad', vectors.avgPool],
] as const)('%s and %s against PyTorch', (forward, backward, cases) => {
  test.each(cases.map((c) => [title(c), c] as const))('%s', (_, c) => {
    expectNoLeak(() => {
      const x = input(c.kind, c.x)
      const dy = wave(c.dy, 3)
      const attrs = { filterSize: c.filterSize, strides: c.strides, pad: c.pad }
      const y = runKernel(forward, { x }, attrs)
      expect(y.shape).toEqual(c.dy)
      expect(y.values).toBeAllClose(c.y)
      const output = tensor(y.values, c.dy)
      const dx = runKernel(backward, { dy, input: x, output }, attrs)
      expect(dx.shape).toEqual(c.x)
      expect(dx.values).toBeAllClose(c.dx)
      dispose([x, dy, output])
    })
  })
})

describe('a NaN in a max-pooled window', () => {
  const nan = Number.NaN
  test.each([0, 1, 2, 3])('at position %i comes out, and takes the gradient', (position) => {
    tidy(() => {
      // Channel 0 holds the NaN, channel 1 does not.
      const values = [1, 2, 3, 4].flatMap((v, i) => [i === position ? nan : v, v])
      const x = tensor4d(values, [1, 2, 2, 2])
      expect(Array.from(maxPool(x, 2, 2, 'valid').dataSync())).toEqual([nan, 4])
      const dy = tensor4d([10, 20], [1, 1, 1, 2])
      const { values: dx } = runKernel(
        'MaxPoolGrad',
        { dy, input: x, output: dy },
        { filterSize: 2, strides: 2, pad: 'valid' },
      )
      const expected = [0, 1, 2, 3].flatMap((i) => [i === position ? 10 : 0, i === 3 ? 20 : 0])
      expect(dx).toBeAllClose(expected)
    })
  })

  test('the first of two takes it, and infinities are numbers like others', () => {
    tidy(() => {
      const attrs = { filterSize: 2, strides: 2, pad: 'valid' }
      const dy = tensor4d([1], [1, 1, 1, 1])
      const grad = (values: number[]) =>
        runKernel('MaxPoolGrad', { dy, input: tensor4d(values, [1, 2, 2, 1]), output: dy }, attrs).values
      expect(grad([1, nan, nan, 2])).toBeAllClose([0, 1, 0, 0])
      expect(grad([-Infinity, -Infinity, -Infinity, -Infinity])).toBeAllClose([1, 0, 0, 0])
      expect(maxPool(tensor4d([-Infinity, 1, Infinity, 2], [1, 2, 2, 1]), 2, 2, 'valid')).toBeAllClose([Infinity])
      expect(maxPool(fill<Rank.R4>([1, 2, 2, 1], -Infinity), 2, 2, 'valid')).toBeAllClose([-Infinity])
    })
  })

  test('an image without NaN beside one with NaN keeps its numbers', () => {
    tidy(() => {
      const x = tensor4d([nan, ...Array.from({ length: 80 }, (_, i) => -i)].slice(0, 75), [1, 5, 5, 3])
      const y = maxPool(x, 3, 2, 'same').dataSync()
      const clean = maxPool(
        tensor4d(
          Array.from(x.dataSync(), (v) => (Number.isNaN(v) ? -9999 : v)),
          [1, 5, 5, 3],
        ),
        3,
        2,
        'same',
      ).dataSync()
      expect(
        Array.from(y)
          .map((v, i) => (Number.isNaN(v) ? i : -1))
          .filter((i) => i >= 0),
      ).toEqual([0])
      expect(y.slice(1)).toBeAllClose(clean.slice(1))
    })
  })
})
