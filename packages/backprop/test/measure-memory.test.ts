import { measureMemory } from '@gg/backprop'
import { valueAndGrad } from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  dispose,
  engine,
  keep,
  ones,
  reshape,
  type Scalar,
  scalar,
  sigmoid,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

onBackends(() => {
  describe('measureMemory', () => {
    it('counts what lives at a time, with its site', () => {
      expectNoLeak(() => {
        const x = ones([100])
        const report = measureMemory(() =>
          tidy(() => {
            const y = tidy('block', () => square(add(x, x)))
            return sum(y)
          }),
        )
        // Within the block the sum and the square live, 400 bytes each; behind it one of them and the total.
        expect(report).toMatchObject({ peakBytes: 800, bytesAfter: 4 })
        expect(report.sites).toEqual([
          { site: 'block/add', shape: [100], dtype: 'float32', count: 1, bytes: 400 },
          { site: 'block/square', shape: [100], dtype: 'float32', count: 1, bytes: 400 },
        ])
        dispose([x, report.value])
      })
    })

    it('counts buffers and not tensors that share one', () => {
      expectNoLeak(() => {
        const x = ones([100])
        const { value, peakBytes } = measureMemory(() => [reshape(x, [10, 10]), reshape(x, [4, 25])])
        expect(peakBytes).toBe(0)
        dispose([x, value])
      })
    })

    it('sees what a gradient keeps', () => {
      expectNoLeak(() => {
        const x = ones([1000])
        const loss = (at: Tensor) => tidy(() => sum(sigmoid(sigmoid(sigmoid(at))))) as Scalar
        const { value, peakBytes, sites } = measureMemory(() => valueAndGrad(loss)(x))
        // Three outputs are kept, and the backward pass works on a few more.
        expect(peakBytes).toBeGreaterThan(4 * 4000)
        expect(peakBytes).toBeLessThan(12 * 4000)
        expect(sites.some(({ site }) => site === 'forward/sigmoid')).toBe(true)
        expect(sites.some(({ site }) => site.startsWith('backward'))).toBe(true)
        dispose([x, value.value, value.grads])
      })
    })

    it('does not count what was there, and what was there may go', () => {
      const x = keep(ones([100]))
      const { peakBytes, bytesAfter } = measureMemory(() => {
        x.dispose()
      })
      expect([peakBytes, bytesAfter]).toEqual([0, 0])
    })

    it('stops listening, also when the function throws, and may be nested', () => {
      expectNoLeak(() => {
        expect(() =>
          measureMemory(() => {
            throw new Error('no')
          }),
        ).toThrow('no')
        const { value } = measureMemory(() => measureMemory(() => scalar(1)))
        expect(value.peakBytes).toBe(4)
        value.value.dispose()
        expect(Object.hasOwn(engine(), 'trackTensor')).toBe(false)
        expect(Object.hasOwn(engine(), 'disposeTensor')).toBe(false)
      })
    })
  })
})
