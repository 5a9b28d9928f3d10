import { expectNoLeak } from '@gg/testing'
import { pad, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

const upTo3 = fc.integer({ min: 0, max: 3 })
const axis = fc.record({ size: fc.integer({ min: 0, max: 6 }), frame: fc.tuple(upTo3, upTo3) })

/** The numbers of `x` within a frame, by where each one lies. */
function framed(x: Tensor, frames: readonly (readonly [number, number])[], value: number): number[] {
  const numbers = x.dataSync()
  const shape = x.shape.map((n, axis) => n + frames[axis]![0] + frames[axis]![1])
  return Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, place) => {
    let [rest, from, step, inside] = [place, 0, 1, true]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = (rest % shape[axis]!) - frames[axis]![0]
      rest = Math.floor(rest / shape[axis]!)
      inside &&= at >= 0 && at < x.shape[axis]!
      from += at * step
      step *= x.shape[axis]!
    }
    return inside ? numbers[from]! : value
  })
}

test('a frame of any width around any tensor', () => {
  const constants = fc.constantFrom(0, 1, -2.5, Number.NaN, Number.NEGATIVE_INFINITY)
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), constants, (axes, value) => {
      tidy(() => {
        const frames = axes.map(({ frame }) => frame)
        const own = axes.map(({ size }) => size)
        const numbers = own.reduce((product, n) => product * n, 1)
        const x = tensor(
          Float32Array.from({ length: numbers }, (_, i) => i - 3),
          own,
        )
        const y = pad(x, frames, value)
        expect(y.shape).toEqual(own.map((n, i) => n + frames[i]![0] + frames[i]![1]))
        expect(Array.from(y.dataSync())).toEqual(framed(x, frames, value))
      })
    }),
    { numRuns: FUZZ },
  )
})

test('whole numbers and booleans keep their dtype', () => {
  tidy(() => {
    const around = (x: Tensor, value?: number) => Array.from(pad(x, [[1, 2]], value).dataSync())
    expect(around(tensor([4, 5], [2], 'int32'), 7)).toEqual([7, 4, 5, 7, 7])
    expect(around(tensor([true, false], [2], 'bool'), 1)).toEqual([1, 1, 0, 1, 1])
    expect(pad(tensor([4, 5], [2], 'int32'), [[1, 2]]).dtype).toBe('int32')
  })
})

test('nothing leaks', () => {
  expectNoLeak(() =>
    tidy(
      () =>
        void pad(tensor([1, 2, 3, 4], [2, 2]), [
          [1, 1],
          [0, 2],
        ]),
    ),
  )
})
