import { range, reshape, slice, split, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'

onWasm()

/** The part of a nested array, by JavaScript's own slices. */
function part(nested: unknown, begin: readonly number[], size: readonly number[]): unknown {
  const [start, ...starts] = begin
  const [length, ...lengths] = size
  if (start === undefined || length === undefined) return nested
  return (nested as unknown[]).slice(start, start + length).map((child) => part(child, starts, lengths))
}

const counted = (shape: number[]): Tensor =>
  reshape(
    range(
      0,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  )

const windows = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 })
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.tuple(
        ...shape.map((n) =>
          fc.integer({ min: 0, max: n }).chain((b) => fc.tuple(fc.constant(b), fc.integer({ min: 0, max: n - b }))),
        ),
      ),
    ),
  )

test('any part of any tensor of rank 1 to 5', () => {
  fc.assert(
    fc.property(windows, ([shape, axes]) => {
      tidy(() => {
        const x = counted(shape)
        const begin = axes.map(([b]) => b)
        const size = axes.map(([, n]) => n)
        const out = slice(x, begin, size)
        expect(out.shape).toEqual(size)
        expect(out).toBeAllClose((part(x.arraySync(), begin, size) as never[]).flat(9) as number[])
      })
    }),
    { numRuns: 200 },
  )
})

test('splits along any axis, into sizes that differ', () => {
  tidy(() => {
    const x = counted([2, 6, 3])
    const parts = split(x, [1, 0, 3, 2], 1)
    expect(parts.map((p) => p.shape)).toEqual([
      [2, 1, 3],
      [2, 0, 3],
      [2, 3, 3],
      [2, 2, 3],
    ])
    expect(parts[2] as Tensor).toBeAllClose((part(x.arraySync(), [0, 1, 0], [2, 3, 3]) as never[]).flat(9) as number[])
    expect(split(counted([4]), 2).map((p) => Array.from(p.dataSync()))).toEqual([
      [0, 1],
      [2, 3],
    ])
  })
})

test('keeps the dtype, and NaN', () => {
  tidy(() => {
    expect(Array.from(slice(tensor([1, 2, 3], [3], 'int32'), 1).dataSync())).toEqual([2, 3])
    expect(slice(tensor([true, false], [2], 'bool'), 1).dtype).toBe('bool')
    expect(Array.from(slice(tensor([1, Number.NaN]), 1).dataSync())).toEqual([Number.NaN])
    expect(slice(tensor(['a', 'b', 'c']), 1, 1).dataSync()).toEqual(['b'])
  })
})

test('the result is a copy of its own', () => {
  const x = counted([4])
  const y = slice(x, 1, 2)
  x.dispose()
  expect(y).toBeAllClose([1, 2])
  y.dispose()
})
