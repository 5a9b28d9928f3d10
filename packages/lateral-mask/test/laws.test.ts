import { chain, type Tree } from '@gg/core'
import { lateralMask, magnitudeMask, randomMask, trackKeptFraction } from '@gg/lateral-mask'
import { numbersOf, transformationLaws } from '@gg/testing'
import { zeros } from '@tensorflow/tfjs-core'

// Large and small, one smaller than the kernel's radius, one of a single position.
const maps = {
  params: (): Tree => ({
    conv1: numbersOf([2, 8, 9, 4], 1, 4),
    conv2: [numbersOf([2, 3, 2, 6], 2), numbersOf([1, 1, 1, 2], 3)],
  }),
}

transformationLaws('lateralMask', lateralMask, maps)
transformationLaws('lateralMask in sets', () => lateralMask({ sets: 2, threshold: { keep: 0.5 } }), maps)
transformationLaws(
  'lateralMask per cell',
  () => lateralMask({ sets: 'channels', threshold: { absolute: 0.1 }, padding: 'zero', zeroSum: false }),
  maps,
)
transformationLaws('magnitudeMask', () => magnitudeMask({ threshold: { keep: 0.25 } }), maps)
transformationLaws('randomMask', () => randomMask({ keep: 0.25, sets: 2, seed: 7 }), maps)
transformationLaws('trackKeptFraction', () => trackKeptFraction(chain(lateralMask(), randomMask({ keep: 0.5 }))), maps)
const nothing = { params: (): Tree => ({ empty: zeros([0, 3, 3, 2]) }) }
transformationLaws('lateralMask on a batch of nothing', lateralMask, nothing)
transformationLaws('magnitudeMask on a batch of nothing', () => magnitudeMask({ threshold: { keep: 0.5 } }), nothing)
transformationLaws('randomMask on a batch of nothing', () => randomMask({ keep: 0.5, sets: 2 }), nothing)
