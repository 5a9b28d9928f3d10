import { addBias, leanRelu } from '@gg/backprop'
import { disposeTree, valueAndGrad } from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  grads,
  mul,
  relu,
  type Scalar,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'
import { tapeOf } from './tape-of.ts'

onBackends(() => {
  describe('leanRelu and addBias', () => {
    it.each(['output', 'signs'] as const)('leanRelu that keeps %s has the gradient of relu', (keep) => {
      expectNoLeak(() =>
        tidy(() => {
          // 50 numbers do not fill words of 24.
          const x = numbersOf([5, 10], 3, { scale: 2 })
          const weights = numbersOf([5, 10], 4)
          const gradient = (f: (at: Tensor) => Tensor) =>
            valueAndGrad((at: Tensor) => sum(mul(f(at), weights)) as Scalar)(x).grads
          expect(gradient((at) => leanRelu(at, { keep }))).toBeAllClose(
            gradient((at) => relu(at)),
            { rtol: 0, atol: 0 },
          )
        }),
      )
    })

    it('leanRelu keeps its output, or a bit for each number', () => {
      const keptBy = (f: (x: Tensor) => Tensor) => {
        const x = numbersOf([24, 10], 3)
        let bytes = 0
        const { value, grads: found } = valueAndGrad((at: Tensor) => {
          const y = f(at)
          bytes = tapeOf().reduce((total, node) => total + node.saved.reduce((n, t) => n + t.size * 4, 0), 0)
          return sum(y) as Scalar
        })(x)
        disposeTree([x, value, found])
        return bytes
      }
      expect(keptBy((x) => relu(x))).toBe(960)
      expect(keptBy((x) => leanRelu(x))).toBe(960)
      expect(keptBy((x) => leanRelu(x, { keep: 'signs' }))).toBe(40)
    })

    it('addBias has the gradients of add', () => {
      expectNoLeak(() =>
        tidy(() => {
          const x: Tensor4D = numbersOf([2, 3, 3, 4], 1)
          const b: Tensor1D = numbersOf([4], 2)
          const loss = (plus: (x: Tensor4D, b: Tensor1D) => Tensor) => (y: Tensor, c: Tensor) =>
            sum(square(plus(y as Tensor4D, c as Tensor1D))) as Scalar
          const [dx, db] = grads(loss(addBias))([x, b]) as [Tensor, Tensor]
          const [ex, eb] = grads(loss(add))([x, b]) as [Tensor, Tensor]
          expect(dx).toBeAllClose(ex, { rtol: 0, atol: 0 })
          expect(db).toBeAllClose(eb)
          expect(() => addBias(x, x as never)).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
        }),
      )
    })
  })
})
