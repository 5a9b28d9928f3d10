import { expectNoLeak } from '@gg/testing'
import { concat, dispose, split, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

/** Shapes that agree but along one axis. */
const parts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.nat(shape.length - 1),
    fc.array(fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) }, fc.constant(50)), {
      minLength: 1,
      maxLength: 5,
    }),
  ),
)

/** Arrays side by side along an axis, by JavaScript's own concat. */
function joined(arrays: unknown[][], axis: number): unknown[] {
  if (axis === 0) return arrays.flat(1)
  return arrays[0]!.map((_, i) =>
    joined(
      arrays.map((array) => array[i] as unknown[]),
      axis - 1,
    ),
  )
}

test('any number of tensors along any axis, and split again', () => {
  fc.assert(
    fc.property(parts, fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const), (c, dtype) => {
      const [shape, axis, lengths] = c
      tidy(() => {
        const tensors = lengths.map((n, k) => {
          const own = shape.with(axis, n)
          const size = own.reduce((a, b) => a * b, 1)
          const values = Array.from({ length: size }, (_, i) => (dtype === 'bool' ? (i + k) % 2 : 100 * k + i))
          return tensor(values, own, dtype)
        })
        const all: Tensor = concat(tensors, axis)
        expect(all.dtype).toBe(dtype)
        expect(all.shape).toEqual(
          shape.with(
            axis,
            lengths.reduce((a, b) => a + b, 0),
          ),
        )
        const filled = tensors.filter(({ size }) => size > 0)
        if (filled.length === 0) return
        expect(all.arraySync()).toEqual(
          joined(
            filled.map((t) => t.arraySync() as unknown[]),
            axis,
          ),
        )
        for (const [i, part] of split(all, lengths, axis).entries()) {
          expect(Array.from(part.dataSync())).toEqual(Array.from(tensors[i]!.dataSync()))
        }
      })
    }),
    { numRuns: FUZZ },
  )
})

test('one tensor beside empty ones is shared; strings are joined; nothing leaks', () => {
  expectNoLeak(() => {
    const [a, none, words, matrix] = [tensor([1, 2]), tensor([], [0]), tensor(['a', 'b']), tensor([[1]])]
    const [same, more] = [concat([a, none]), concat([words, words])]
    a.dispose()
    expect(same).toBeAllClose([1, 2])
    expect(more.dataSync()).toEqual(['a', 'b', 'a', 'b'])
    expect(() => concat([none, matrix] as Tensor[])).toThrow()
    dispose([none, words, matrix, same, more])
  })
})
