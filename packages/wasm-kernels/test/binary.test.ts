import { expectNoLeak } from '@gg/testing'
import {
  add,
  dispose,
  maximum,
  minimum,
  mul,
  ones,
  reshape,
  sub,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { runKernel } from './run-kernel.ts'

onWasm()

const orNaN = (f: (a: number, b: number) => number) => (a: number, b: number) =>
  Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : f(a, b)

/** In float64: one such operation on float32 numbers, rounded to float32, is what float32 gives. */
const FUNCTIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessEqual: (a, b) => Number(a <= b),
  Maximum: orNaN(Math.max),
  Minimum: orNaN(Math.min),
  Multiply: (a, b) => a * b,
  NotEqual: (a, b) => Number(a !== b),
  RealDiv: (a, b) => a / b,
  SquaredDifference: (a, b) => Math.fround(a - b) ** 2,
  Sub: (a, b) => a - b,
}

/** A shape, and two that broadcast to it: axes of either may be 1, or missing at the front. */
const shapes = fc
  .array(fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 9 }) }, fc.constantFrom(0, 17, 70)), {
    maxLength: 5,
  })
  .filter((shape) => shape.reduce((n, size) => n * size, 1) < 20_000)
  .chain((shape) => {
    const part = fc
      .tuple(fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }), fc.nat(shape.length))
      .map(([repeated, missing]) => shape.map((n, i) => (repeated[i] ? 1 : n)).slice(missing))
    return fc.tuple(part, part)
  })

function values(shape: readonly number[], seed: number): number[] {
  const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1, 1]
  const size = shape.reduce((n, s) => n * s, 1)
  return Array.from({ length: size }, (_, i) => {
    const k = (i + seed) % 23
    return Math.fround(k < special.length ? special[k]! : 5 * Math.sin(1.3 * i + seed))
  })
}

/** Broadcasting by its definition: the index of every result, axis by axis. */
function expected(f: (a: number, b: number) => number, a: Data, b: Data): Data {
  const rank = Math.max(a.shape.length, b.shape.length)
  const sized = ({ shape }: Data, axis: number) => shape[axis - rank + shape.length] ?? 1
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [sized(a, axis), sized(b, axis)]
    return m === 1 ? n : m
  })
  const at = (data: Data, index: readonly number[]) =>
    data.values[index.reduce((sum, i, axis) => sum * sized(data, axis) + (sized(data, axis) === 1 ? 0 : i), 0)]!
  const size = shape.reduce((n, s) => n * s, 1)
  const results = Array.from({ length: size }, (_, position) => {
    let rest = position
    const index = [...shape].reverse().map((n) => {
      const i = rest % n
      rest = (rest - i) / n
      return i
    })
    index.reverse()
    return Math.fround(f(at(a, index), at(b, index)))
  })
  return { shape, values: results }
}

interface Data {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

function check(name: string, a: Data, b: Data): void {
  tidy(() => {
    const [x, y] = [a, b].map(({ shape, values }) => tensor([...values], [...shape], 'float32')) as [Tensor, Tensor]
    const got = runKernel(name, { a: x, b: y }, {})
    const want = expected(FUNCTIONS[name]!, a, b)
    expect(got.shape).toEqual(want.shape)
    expect(Array.from(got.values)).toEqual(want.values)
  })
}

const data = (shape: readonly number[], seed: number): Data => ({ shape, values: values(shape, seed) })

describe.each(Object.keys(FUNCTIONS))('%s', (name) => {
  test('is that of every pair, over all broadcasts', () => {
    fc.assert(
      fc.property(shapes, fc.nat(22), ([a, b], seed) => check(name, data(a, seed), data(b, seed + 7))),
      { numRuns: FUZZ },
    )
  })

  test.each([
    ['a bias of few channels', [70, 50, 6], [6]],
    ['a bias in front', [16], [2500, 16]],
    ['a bias of one channel and many rows', [5000, 1], [1]],
    ['a row for each image', [900, 10], [900, 1]],
    ['a bias of many channels', [40, 130], [130]],
    ['channels first', [3, 7, 300], [7, 1]],
    ['an outer product', [60, 1], [1, 70]],
    ['six axes in turn', [2, 1, 3, 1, 2, 1], [1, 2, 1, 3, 1, 5]],
    ['nothing', [0, 3], [3]],
    ['two numbers', [1, 1], [1]],
  ])('%s: %j and %j', (_, a, b) => {
    check(name, data(a, 1), data(b, 2))
  })

  test('refuses shapes that do not meet, and leaks nothing', () => {
    expectNoLeak(() => {
      const [a, b] = [ones([2, 3]), ones([2])]
      expect(() => runKernel(name, { a, b }, {})).toThrow()
      expect(runKernel(name, { a, b: a }, {}).shape).toEqual([2, 3])
      dispose([a, b])
    })
  })
})

test('int32 goes to the stock kernels', () => {
  tidy(() => {
    const whole = tensor1d([1, 2, 3], 'int32')
    expect(add(whole, whole).dtype).toBe('int32')
    expect(add(whole, whole)).toBeAllClose([2, 4, 6])
  })
})

test('one tensor twice, and at any address', () => {
  tidy(() => {
    const xs = Array.from({ length: 24 }, (_, i) => i - 3)
    for (let length = 1; length < 24; length++) {
      const x = tensor1d(xs.slice(0, length))
      expect(mul(x, x)).toBeAllClose(xs.slice(0, length).map((v) => v * v))
      expect(sub(reshape(x, [length, 1]), x).shape).toEqual([length, length])
    }
  })
})

test('NaN wins over every number, from either side', () => {
  tidy(() => {
    const [a, b] = [tensor1d([Number.NaN, 1, Number.NaN]), tensor1d([1, Number.NaN, Number.NaN])]
    for (const f of [maximum, minimum]) expect(Array.from(f(a, b).dataSync())).toEqual(Array(3).fill(Number.NaN))
  })
})
