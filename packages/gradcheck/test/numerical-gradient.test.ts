import { disposeTree } from '@gg/core'
import { numericalGradient } from '@gg/gradcheck'
import { expectNoLeak, onBackends } from '@gg/testing'
import { add, exp, mul, sin, square, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

onBackends(() => {
  describe('numericalGradient', () => {
    it.each([
      // The error of the formula, h/2·f″, h²/6·f‴ and h⁴/120·f⁽⁵⁾, with the default steps.
      [1, 1e-3],
      [2, 2e-4],
      [4, 1e-5],
    ] as const)('of order %i is off by no more than %d', (order, rtol) => {
      expectNoLeak(() => {
        const x = tensor1d([0.5, -1, 1.5])
        const gradient = numericalGradient((at: Tensor) => exp(at), x, { order })
        const expected = exp(x)
        expect(gradient).toBeAllClose(expected, { rtol: 2 * rtol })
        disposeTree([x, gradient, expected])
      })
    })

    it('gains what its order promises: an eighth of the step, 8, 64 and 4096 times the accuracy', () => {
      const x = tensor1d([0.7])
      const error = (order: 1 | 2 | 4, step: number) => {
        const gradient = numericalGradient((at: Tensor) => sin(mul(at, 3)), x, { order, step })
        const off = Math.abs((gradient.dataSync()[0] as number) - 3 * Math.cos(2.1))
        gradient.dispose()
        return off
      }
      expect(error(1, 0.2) / error(1, 0.025)).toBeGreaterThan(6)
      expect(error(2, 0.4) / error(2, 0.05)).toBeGreaterThan(40)
      expect(error(4, 1) / error(4, 0.125)).toBeGreaterThan(1000)
      x.dispose()
    })

    it('has the structure of the inputs', () => {
      const inputs = { a: tensor2d([[1, 2]]), b: [tensor1d([3])] as const }
      const f = ({ a, b }: typeof inputs) => add(square(a), mul(b[0], a))
      const gradient = numericalGradient(f, inputs)
      expect(gradient.a.shape).toEqual([1, 2])
      expect(gradient.a).toBeAllClose([5, 7], { rtol: 1e-4 })
      expect(gradient.b[0]).toBeAllClose([3], { rtol: 1e-4 })
      disposeTree([inputs, gradient])
    })

    it('refuses a step of 0', () => {
      const x = tensor1d([1])
      expect(() => numericalGradient((at: Tensor) => at, x, { step: 0 })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
      x.dispose()
    })
  })
})
