import { expectNoLeak } from '@gg/testing'
import {
  add,
  dispose,
  fill,
  max,
  mean,
  min,
  ones,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { wave } from './wave.ts'

onWasm()

/** A reduction by its definition: every number goes to the output with its reduced indices dropped. */
function byIndex(
  values: ArrayLike<number>,
  shape: readonly number[],
  axes: readonly number[],
  start: number,
  f: (a: number, b: number) => number,
): number[] {
  const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i))
  const out = new Array<number>(kept.reduce((n, i) => n * shape[i]!, 1)).fill(start)
  for (let at = 0; at < values.length; at++) {
    const index: number[] = []
    for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    const to = kept.reduce((n, i) => n * shape[i]! + index[i]!, 0)
    out[to] = f(out[to]!, values[at]!)
  }
  return out
}

const sumByIndex = (values: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): number[] =>
  byIndex(values, shape, axes, 0, (a, b) => a + b)

/** Shapes with axes to reduce, long ones among them: blocks, chunks of columns and rows in a line have their sizes. */
const reductions = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }) }, fc.constantFrom(16, 64, 270, 2000, 40_000)),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .filter((shape) => shape.reduce((n, size) => n * size, 1) < 200_000)
  .chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, i) => i)), fc.boolean(), fc.nat(100)))

describe('any shape over any axes', () => {
  test.each([
    ['Sum', sum, 0, (a: number, b: number) => a + b],
    ['Mean', mean, 0, (a: number, b: number) => a + b],
    ['Max', max, -Infinity, Math.max],
    ['Min', min, Infinity, Math.min],
  ] as const)('%s', (name, op, start, f) => {
    fc.assert(
      fc.property(reductions, ([shape, axes, keepDims, seed]) => {
        if (axes.length === 0) return
        tidy(() => {
          // What float32 sums one after the other would lose: a part in a hundred thousand of the largest.
          const size = shape.reduce((n, s) => n * s, 1)
          const values = Float32Array.from({ length: size }, (_, i) => 1000 + Math.sin(1.7 * i + seed))
          if (seed % 5 === 0) values[seed % size] = Number.NaN
          const y: Tensor = op(tensor(values, shape), axes, keepDims)
          const count = name === 'Mean' ? axes.reduce((n, i) => n * shape[i]!, 1) : 1
          const expected = byIndex(values, shape, axes, start, f).map((v) => v / count)
          expect(y.shape).toEqual(shape.flatMap((n, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [n])))
          expect(y).toBeAllClose(expected, { rtol: 6e-8, atol: 0 })
        })
      }),
      { numRuns: FUZZ },
    )
  })
})

describe('Sum and Mean', () => {
  test.each([
    [[7], [0]],
    [[3, 4], [0]],
    [[3, 4], [1]],
    [
      [3, 4],
      [0, 1],
    ],
    [
      [2, 3, 4, 5],
      [0, 1, 2],
    ],
    [
      [2, 3, 4, 5],
      [1, 2],
    ],
    [[2, 3, 4, 5], [3]],
    [
      [2, 3, 4, 5],
      [0, 2],
    ],
    [
      [2, 3, 4, 5],
      [0, 2, 3],
    ],
    [
      [2, 3, 4, 5],
      [1, 3],
    ],
    [[1, 1, 3], [0]],
    [[], []],
  ])('of %j over %j', (shape, axes) => {
    expectNoLeak(() => {
      const x = wave(shape, 1)
      const expected = sumByIndex(x.dataSync(), shape, axes)
      const count = axes.reduce((n, i) => n * shape[i]!, 1)
      const [total, kept, average] = [sum(x, axes), sum(x, axes, true), mean(x, axes)]
      expect(total.shape).toEqual(shape.filter((_, i) => !axes.includes(i)))
      expect(kept.shape).toEqual(shape.map((n, i) => (axes.includes(i) ? 1 : n)))
      expect(total).toBeAllClose(expected)
      expect(kept).toBeAllClose(expected)
      expect(average).toBeAllClose(expected.map((v) => v / count))
      dispose([x, total, kept, average])
    })
  })

  // The last block of rows is shorter than the others: one that read on would take numbers of what lies behind.
  test.each([
    [[3, 40_001], [1]],
    [[2, 20_003, 3], [1]],
    [[2, 10_007, 16], [1]],
    [[3, 40_001, 1, 2], [1]],
  ])('of %j over %j, in blocks that are not all full', (shape, axes) => {
    tidy(() => {
      const x = add(wave(shape, 1), 100)
      expect(sum(x, axes)).toBeAllClose(sumByIndex(x.dataSync(), shape, axes), { rtol: 6e-8, atol: 0 })
    })
  })

  test('of a million numbers are exact to float32, not 1 % off', () => {
    tidy(() => {
      const x = fill([2 ** 20], 1.1)
      const expected = Math.fround(1.1)
      expect(mean(x)).toBeAllClose([expected], { rtol: 1e-7, atol: 0 })
      expect(sum(x)).toBeAllClose([expected * 2 ** 20], { rtol: 1e-7, atol: 0 })
    })
  })

  test('keep their dtypes, and let NaN through', () => {
    tidy(() => {
      const whole = tensor([1, 2, 3, 5], [2, 2], 'int32')
      expect(sum(whole, 1).dtype).toBe('int32')
      expect(sum(whole, 1)).toBeAllClose([3, 8])
      expect(sum(ones([5], 'bool')).dtype).toBe('int32')
      expect(mean(whole).dtype).toBe('float32')
      expect(mean(whole)).toBeAllClose([2.75])
      expect(Array.from(sum(tensor([1, Number.NaN, 3, 4], [2, 2]), 0).dataSync())).toEqual([4, Number.NaN])
    })
  })

  test('of nothing are 0 and NaN', () => {
    tidy(() => {
      expect(sum(zeros([0, 2]), 0)).toBeAllClose([0, 0])
      expect(Array.from(mean(zeros([0, 2]), 0).dataSync())).toEqual([Number.NaN, Number.NaN])
      expect(sum(tensor1d([]))).toBeAllClose([0])
    })
  })
})
