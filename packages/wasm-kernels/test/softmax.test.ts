import '@gg/core/register-gradients'
import { expectNoLeak } from '@gg/testing'
import { engine, softmax, type Tensor, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { runKernel } from './run-kernel.ts'

onWasm()

const plain = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ min: -200, max: 200, noNaN: true }) },
)
const numbers = fc.oneof(
  { weight: 30, arbitrary: plain },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e38, -1e38) },
)

/** Rows of one length, of numbers that float32 holds. */
const rowsOf = (number: fc.Arbitrary<number>) =>
  fc.integer({ min: 1, max: 37 }).chain((classes) =>
    fc.array(fc.array(number.map(Math.fround), { minLength: classes, maxLength: classes }), {
      minLength: 1,
      maxLength: 5,
    }),
  )

function definition(row: readonly number[]): { readonly y: number[]; readonly log: number[] } {
  const max = Math.max(...row)
  const sum = row.reduce((total, x) => total + Math.exp(x - max), 0)
  return { y: row.map((x) => Math.exp(x - max) / sum), log: row.map((x) => x - max - Math.log(sum)) }
}

const NAMES = [
  ['Softmax', 'dim', 'y'],
  ['LogSoftmax', 'axis', 'log'],
] as const

describe.each(NAMES)('%s', (name, axis, kind) => {
  test('is that of every row, with NaN and infinities', () => {
    fc.assert(
      fc.property(rowsOf(numbers), (rows) => {
        tidy(() => {
          const { values } = runKernel(name, { logits: tensor2d(rows) }, { [axis]: 1 })
          const expected = rows.flatMap((row) => definition(row)[kind])
          expect(values).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 })
        })
      }),
      { numRuns: FUZZ },
    )
  })

  test('the gradient is that of every row', () => {
    fc.assert(
      fc.property(rowsOf(plain), fc.nat(1000), (rows, seed) => {
        tidy(() => {
          const dys = rows.map((row, r) => row.map((_, i) => Math.fround(Math.sin(seed + 7 * r + i))))
          const ys = rows.map((row) => definition(row)[kind].map(Math.fround))
          const { values } = runKernel(`Gg${name}Grad`, { dy: tensor2d(dys), y: tensor2d(ys) }, {})
          const expected = ys.flatMap((y, r) => {
            const dy = dys[r]!
            if (kind === 'y') {
              const sum = y.reduce((total, value, i) => total + value * dy[i]!, 0)
              return y.map((value, i) => value * (dy[i]! - sum))
            }
            const sum = dy.reduce((total, value) => total + value, 0)
            return y.map((value, i) => dy[i]! - Math.exp(value) * sum)
          })
          expect(values).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 })
        })
      }),
      { numRuns: FUZZ },
    )
  })

  test('NaN in dy makes NaN of its row alone', () => {
    tidy(() => {
      const y = tensor2d(new Array(18).fill(0.1), [2, 9])
      const dy = tensor2d([Number.NaN, ...new Array(17).fill(1)], [2, 9])
      const { values } = runKernel(`Gg${name}Grad`, { dy, y }, {})
      expect([...values].map(Number.isNaN)).toEqual([...new Array(9).fill(true), ...new Array(9).fill(false)])
    })
  })

  test('takes tensors of any rank, and empty ones, and leaks nothing', () => {
    expectNoLeak(() => {
      for (const shape of [[5], [2, 3, 4], [0, 3], [3, 0]]) {
        const x = zeros(shape)
        expect(runKernel(name, { logits: x }, { [axis]: shape.length - 1 }).shape).toEqual(shape)
        expect(runKernel(`Gg${name}Grad`, { dy: x, y: x }, {}).shape).toEqual(shape)
        x.dispose()
      }
    })
  })
})

test('a row may be longer than a cache, and sums to 1', () => {
  tidy(() => {
    const x = Array.from({ length: 100_003 }, (_, i) => 10 * Math.sin(i))
    const y = softmax(tensor2d([x.map(Math.fround)])).dataSync() as Float32Array
    expect(y.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    expect(y).toBeAllClose(definition(x.map(Math.fround)).y, { rtol: 1e-6, atol: 1e-12 })
  })
})

test('an axis that is not the last is refused by tfjs, as before', () => {
  tidy(() => {
    expect(() => softmax(zeros([2, 3]) as Tensor, 0)).toThrow(/non-last/)
    expect(() => engine().runKernel('LogSoftmax', { logits: zeros([2, 3]) }, { axis: 0 })).toThrow(/no such kernel/)
  })
})
