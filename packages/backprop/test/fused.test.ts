import { reluMaxPool } from '@gg/backprop'
import { valueAndGrad } from '@gg/core'
import { expectNoLeak, onBackends, withoutFusedKernels } from '@gg/testing'
import { mul, type Rank, type Scalar, sum, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

onBackends(() => {
  it.each([
    [2, {}],
    [3, { strides: 2, pad: 'same' }],
    [[2, 3], { strides: 1 }],
    [2, { strides: 3 }],
  ] as const)('one pass and plain operations agree: windows %j, %j', (size, options) => {
    expectNoLeak(() => {
      tidy(() => {
        const x = numbersOf<Rank.R4>([2, 7, 9, 5], 1)
        const run = () => {
          const loss = (features: Tensor4D) => {
            const y = reluMaxPool(features, size, options)
            return [sum(mul(y, numbersOf<Rank.R4>(y.shape, 2))) as Scalar, { y }] as const
          }
          const { aux, grads } = valueAndGrad(loss, { hasAux: true })(x)
          return [[...aux.y.dataSync()], [...grads.dataSync()]]
        }
        expect(run()).toBeAllClose(withoutFusedKernels(run))
      })
    })
  })
})
