import { type GateOptions, gate } from '@gg/gating'
import { expectNoLeak, numbersOf, onBackends, withoutFusedKernels } from '@gg/testing'
import { tensor, tidy } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const forms: readonly GateOptions[] = [
  {},
  { temperature: 0.1 },
  { activation: 'hard-sigmoid', temperature: 0.2 },
  { rescale: 'preserve-norm' },
  { variant: 'per-channel' },
  { variant: 'spatial-only', normalize: 'standardize' },
]

onBackends(() => {
  it.each(forms)('one pass and plain operations agree: %j', (options) => {
    expectNoLeak(() => {
      tidy(() => {
        const [dy, y] = [numbersOf([2, 3, 5, 3], 1), numbersOf([2, 3, 5, 3], 2)]
        const run = () => gate(options).update(dy, {}, y)[0].dataSync()
        expect(run()).toBeAllClose(withoutFusedKernels(run))
      })
    })
  })

  it.each([{}, { activation: 'hard-sigmoid' } as const])('also where there is no number: %j', (options) => {
    tidy(() => {
      const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -0, 0, 200, -200]
      const dy = tensor(odd.flatMap((a) => odd.map(() => a)))
      const y = tensor(odd.flatMap(() => odd))
      const run = () => gate(options).update(dy, {}, y)[0].dataSync()
      expect(run()).toBeAllClose(withoutFusedKernels(run))
    })
  })
})
