import { valueAndGrad } from '@gg/core'
import { type AccelerateOptions, accelerate, constant, gaussian, shiftedSigmoid } from '@gg/gaaf'
import { expectNoLeak, numbersOf, onBackends, withoutFusedKernels } from '@gg/testing'
import { mul, type Scalar, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const shapes = { gaussian: gaussian(3, 0.5), shiftedSigmoid: shiftedSigmoid(2, 1), constant: constant(0.25) }
const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -0, 0, 90, -90]

onBackends(() => {
  describe.each(['relu', 'sigmoid', 'tanh'] as const)('%s', (activation) => {
    describe.each(Object.keys(shapes) as (keyof typeof shapes)[])('with %s', (shape) => {
      it.each([
        {},
        { form: 'literal' },
        { strength: 0.5, rescale: 'preserve-norm' },
        { strength: 0 },
      ] as const satisfies readonly AccelerateOptions[])('one pass and plain operations agree: %j', (options) => {
        const phi = accelerate(activation, { ...options, shape: shapes[shape] })
        const run = (x: Tensor, weights: Tensor): readonly (readonly number[])[] => {
          const node = (z: Tensor) => {
            const y = phi(z)
            return [sum(mul(y, weights)) as Scalar, { y }] as const
          }
          const { aux, grads } = valueAndGrad(node, { hasAux: true })(x)
          return [[...aux.y.dataSync()], [...grads.dataSync()]]
        }
        expectNoLeak(() => {
          tidy(() => {
            const [x, weights] = [numbersOf([3, 37], 1), numbersOf([3, 37], 2)]
            const atol = 1e-5
            expect(run(x, weights)).toBeAllClose(
              withoutFusedKernels(() => run(x, weights)),
              { atol },
            )
            const [strange, ones] = [tensor(odd), tensor(odd.map(() => 1))]
            if (!('rescale' in options)) {
              expect(run(strange, ones)).toBeAllClose(
                withoutFusedKernels(() => run(strange, ones)),
                { atol },
              )
            }
          })
        })
      })
    })
  })
})
