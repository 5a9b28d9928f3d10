import '@gg/core/register-gradients'
import { expectNoLeak } from '@gg/testing'
import { engine, grad, mean, sum, type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'

onWasm()

const cases = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
    reduced: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    keepDims: fc.boolean(),
    isMean: fc.boolean(),
  })
  .map(({ reduced, ...c }) => ({ ...c, axes: c.shape.map((_, axis) => axis).filter((axis) => reduced[axis]) }))

test('the gradients of sum and mean give every number its share', () => {
  fc.assert(
    fc.property(cases, ({ shape, axes, keepDims, isMean }) => {
      expectNoLeak(() => {
        tidy(() => {
          // tfjs takes no axes for all of them.
          const summed = axes.length === 0 ? shape.map((_, axis) => axis) : axes
          const reduce = (x: Tensor): Tensor =>
            isMean
              ? mean(x, axes.length ? axes : undefined, keepDims)
              : sum(x, axes.length ? axes : undefined, keepDims)
          const x = zeros(shape)
          const dy = randomNumbers(reduce(x).shape, 3)
          const dys = dy.dataSync()
          const count = isMean ? summed.reduce((product, axis) => product * shape[axis]!, 1) : 1
          const expected = Array.from({ length: x.size }, (_, flat) => {
            let index = 0
            let stride = 1
            for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
              if (!summed.includes(axis)) {
                index += (rest % shape[axis]!) * stride
                stride *= shape[axis]!
              }
              rest = Math.floor(rest / shape[axis]!)
            }
            return Math.fround(dys[index]! / count)
          })
          const dx = grad(reduce)(x, dy)
          expect(dx.shape).toEqual(shape)
          expect(Array.from(dx.dataSync())).toEqual(expected)
        })
      })
    }),
    { numRuns: FUZZ },
  )
})

test('is one kernel, and makes no tensor of ones', () => {
  const seen = vi.spyOn(engine(), 'runKernel')
  try {
    tidy(() => grad((x: Tensor) => mean(x))(zeros([3, 5])))
    const names = seen.mock.calls.map(([name]) => name)
    expect(names).toContain('GgSpread')
    expect(names).not.toContain('Multiply')
    expect(names).not.toContain('RealDiv')
  } finally {
    seen.mockRestore()
  }
})

test('NaN and infinities go to the numbers of their own sum', () => {
  tidy(() => {
    const dx = grad((x: Tensor) => sum(x, 1))(zeros([3, 5]), tensor([Number.NaN, Infinity, 2]))
    const row = (value: number) => new Array(5).fill(value)
    expect(Array.from(dx.dataSync())).toEqual([...row(Number.NaN), ...row(Infinity), ...row(2)])
  })
})
