import { expectNoLeak } from '@gg/testing'
import { range, reshape, type Tensor, tensor, tidy, transpose } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

const counted = (shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return reshape(range(0, size), shape)
}

/** By the definition: the result's index, put back in order, is where the number lies. */
function expected(shape: readonly number[], perm: readonly number[]): number[] {
  const moved = perm.map((axis) => shape[axis]!)
  const size = shape.reduce((a, b) => a * b, 1)
  return Array.from({ length: size }, (_, position) => {
    const index = new Array<number>(shape.length)
    for (let i = moved.length - 1, rest = position; i >= 0; i--) {
      index[perm[i]!] = rest % moved[i]!
      rest = Math.floor(rest / moved[i]!)
    }
    return index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0)
  })
}

const cases = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 7 }) }, fc.constantFrom(12, 33)), {
    minLength: 1,
    maxLength: 6,
  })
  .filter((shape) => shape.reduce((a, b) => a * b, 1) < 30_000)
  .chain((shape) => fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })))

test('any order of any axes', () => {
  fc.assert(
    fc.property(cases, ([shape, perm]) => {
      tidy(() => {
        const y = transpose(counted(shape), perm)
        expect(y.shape).toEqual(perm.map((axis) => shape[axis]))
        expect(Array.from(y.dataSync())).toEqual(expected(shape, perm))
      })
    }),
    { numRuns: FUZZ },
  )
})

test.each([
  [
    [128, 128],
    [1, 0],
  ],
  [
    [3, 9, 10, 16],
    [0, 3, 1, 2],
  ],
  [
    [3, 16, 9, 10],
    [0, 2, 3, 1],
  ],
  [
    [3, 9, 10, 16],
    [1, 2, 0, 3],
  ],
  [
    [3, 9, 10, 16],
    [3, 1, 2, 0],
  ],
  [
    [5, 37, 11],
    [0, 2, 1],
  ],
  [
    [1, 5, 1, 4],
    [2, 1, 0, 3],
  ],
])('%j by %j', (shape, perm) => {
  tidy(() => {
    expect(Array.from(transpose(counted(shape), perm).dataSync())).toEqual(expected(shape, perm))
  })
})

test('keeps NaN and dtypes, shares what does not move, leaks nothing', () => {
  expectNoLeak(() => {
    const x = tensor([1, Number.NaN, 3, 4], [1, 4])
    const y = transpose(x)
    expect(y.shape).toEqual([4, 1])
    x.dispose()
    expect(Array.from(y.dataSync())).toEqual([1, Number.NaN, 3, 4])
    y.dispose()
    tidy(() => {
      const whole = transpose(tensor([1, 2, 3, 4], [2, 2], 'int32'))
      expect([whole.dtype, ...whole.dataSync()]).toEqual(['int32', 1, 3, 2, 4])
      expect(transpose(tensor([], [0, 3])).shape).toEqual([3, 0])
    })
  })
})
