import { type LateralMaskOptions, lateralMask } from '@gg/lateral-mask'
import { expectNoLeak, numbersOf, onBackends, withoutFusedKernels } from '@gg/testing'
import { tidy } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const forms: readonly LateralMaskOptions[] = [
  {},
  { padding: 'zero', threshold: { absolute: 0.05 } },
  { sets: 3, threshold: { keep: 0.3 }, kernelSize: 5 },
  { sets: 'channels', zeroSum: false },
  { sigma: 3 },
]

onBackends(() => {
  it.each(forms)('the mask image by image and the one of plain operations agree: %j', (options) => {
    expectNoLeak(() => {
      tidy(() => {
        for (const shape of [
          [2, 9, 13, 6],
          [3, 4, 4, 3],
          [1, 1, 5, 3],
        ]) {
          const dy = numbersOf(shape, 1)
          const run = () => lateralMask(options).update(dy, {})[0].dataSync()
          expect(run()).toBeAllClose(withoutFusedKernels(run))
        }
      })
    })
  })
})
