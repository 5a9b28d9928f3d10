import { expectNoLeak } from '@gg/testing'
import { broadcastTo, type DataType, dispose, tensor, tidy, tile } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

const axes = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })), {
  minLength: 1,
  maxLength: 5,
})
const dtypes: fc.Arbitrary<DataType> = fc.constantFrom('float32', 'int32', 'bool')

test('every number is where its index in the source says, for each dtype', () => {
  fc.assert(
    fc.property(axes, dtypes, (sides, dtype) => {
      expectNoLeak(() => {
        const shape = sides.map(([size]) => size)
        const reps = sides.map(([, rep]) => rep)
        const count = shape.reduce((a, b) => a * b)
        const values = Array.from({ length: count }, (_, i) => (dtype === 'bool' ? i % 2 : i - 3))
        const x = tensor(values, shape, dtype)
        const y = tile(x, reps)
        const outShape = shape.map((size, axis) => size * reps[axis]!)
        const expected = Array.from({ length: y.size }, (_, flat) => {
          let index = 0
          let stride = 1
          for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
            index += ((rest % outShape[axis]!) % shape[axis]!) * stride
            stride *= shape[axis]!
            rest = Math.floor(rest / outShape[axis]!)
          }
          return values[index]
        })
        expect(y.shape).toEqual(outShape)
        expect(y.dtype).toBe(dtype)
        expect(Array.from(y.dataSync())).toEqual(expected)
        dispose([x, y])
      })
    }),
    { numRuns: FUZZ },
  )
})

test('NaN and infinities come along; nothing of nothing is nothing', () => {
  tidy(() => {
    const x = tensor([Number.NaN, Infinity, -0])
    expect(Array.from(tile(x, [2]).dataSync())).toEqual([Number.NaN, Infinity, -0, Number.NaN, Infinity, -0])
    expect(tile(tensor([], [0, 3]), [2, 2]).shape).toEqual([0, 6])
    expect(tile(x, [0]).shape).toEqual([0])
    expect(Array.from(broadcastTo(tensor([1, 2], [2, 1]), [2, 3]).dataSync())).toEqual([1, 1, 1, 2, 2, 2])
  })
})
