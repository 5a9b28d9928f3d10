import { valueAndGrad } from '@gg/core'
import { type AccelerateOptions, accelerate, constant, gaussian, shiftedSigmoid } from '@gg/gaaf'
import { expectNoLeak, numbersOf, onBackends, withoutFusedKernels } from '@gg/testing'
import {
  add,
  mul,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, it, vi } from 'vitest'

type Layer = (z: Tensor, bias: Tensor1D) => Tensor

/** The layer's output and its gradients of `z` and of the bias, as numbers. */
const run = (layer: Layer, z: Tensor, bias: Tensor1D, weights: Tensor): readonly number[][] =>
  tidy(() => {
    const loss = (given: { z: Tensor; bias: Tensor1D }) => {
      const y = layer(given.z, given.bias)
      return [sum(mul(y, weights)) as Scalar, { y }] as const
    }
    const { aux, grads } = valueAndGrad(loss, { hasAux: true })({ z, bias })
    return [aux.y, grads.z, grads.bias].map((tensor) => [...tensor.dataSync()])
  })

const own = { value: (x: Tensor) => mul(x, 0.5), derivative: (x: Tensor) => mul(x, 0) }
const shapes = { shiftedSigmoid: shiftedSigmoid(5, 0.5), gaussian: gaussian(3), constant: constant(0.25), own }

onBackends(() => {
  describe('afterBias', () => {
    it.each(Object.entries(shapes))('is the activation of the sum, with %s', (_, shape) => {
      const phi = accelerate('relu', { shape, strength: 0.75 })
      for (const size of [[4, 3, 5, 6], [9, 7], [300, 2], [8]]) {
        expectNoLeak(() => {
          tidy(() => {
            const [z, weights] = [numbersOf(size, 1, 2), numbersOf(size, 2)]
            const bias = numbersOf([size.at(-1)!], 3) as Tensor1D
            const inOne = run(phi.afterBias!, z, bias, weights)
            expect(inOne).toBeAllClose(
              run((z, bias) => phi(add(z, bias)), z, bias, weights),
              { atol: 1e-5 },
            )
            expect(inOne).toBeAllClose(
              withoutFusedKernels(() => run(phi.afterBias!, z, bias, weights)),
              { atol: 1e-5 },
            )
          })
        })
      }
    })

    it('follows the strength, which is asked once for each forward pass', () => {
      const strength = vi.fn(() => 0)
      const phi = accelerate('relu', { strength })
      tidy(() => {
        const [z, weights, bias] = [tensor2d([[-1, 2]]), tensor2d([[3, 4]]), tensor1d([0.5, -0.5])]
        expect(run(phi.afterBias!, z, bias, weights)).toBeAllClose([
          [0, 1.5],
          [0, 4],
          [0, 4],
        ])
      })
      expect(strength).toHaveBeenCalledTimes(1)
    })

    it.each([{ form: 'literal' }, { rescale: 'preserve-norm' }] as const satisfies readonly AccelerateOptions[])(
      'is not there for %j',
      (options) => {
        expect(accelerate('relu', options)).not.toHaveProperty('afterBias')
      },
    )

    it('is not there for activations that no kernel does along with a bias', () => {
      for (const name of ['tanh', 'sigmoid'] as const) expect(accelerate(name)).not.toHaveProperty('afterBias')
    })

    it('refuses what does not fit', () => {
      const { afterBias } = accelerate('relu')
      const [z, bias] = [zeros([2, 3]), zeros([3]) as Tensor1D]
      expectNoLeak(() => {
        tidy(() => {
          expect(() => afterBias!(zeros([2, 3], 'int32'), bias)).toThrow(/`z` must be float32, got int32/)
          expect(() => afterBias!(z, zeros([3], 'int32'))).toThrow(/`bias` must be float32, got int32/)
          expect(() => afterBias!(z, zeros([2]))).toThrow(
            /`bias` must be \[3\], one number for each channel.*got \[2\]/,
          )
          expect(() => afterBias!(z, zeros([1, 3]) as unknown as Tensor1D)).toThrow(/`bias` must be \[3\].*got \[1,3\]/)
        })
      })
      z.dispose()
      bias.dispose()
    })
  })
})
