import { disposeTree, featureSite, masked, valueAndGrad } from '@gg/core'
import { lateralMask, magnitudeMask, trackKeptFraction } from '@gg/lateral-mask'
import { numbersOf, onBackends } from '@gg/testing'
import { mul, type Rank, type Scalar, sum, type Tensor, tensor4d, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { keptOf, read } from './masks.ts'

onBackends(() => {
  describe('trackKeptFraction', () => {
    it('holds the fraction of what was there, for each leaf', () => {
      const tx = trackKeptFraction(
        masked(magnitudeMask({ threshold: { absolute: 2 } }), { a: true, b: false, c: true }),
      )
      const g = {
        a: tensor4d([0, 1, 2, 3, -4, 0], [1, 2, 3, 1]),
        b: tensor4d([1, 0], [1, 1, 2, 1]),
        c: zeros([1, 2, 2, 1]),
      }
      const first = tx.init(g)
      const [updates, { keptFraction }] = tx.update(g, first)
      const { a, b, c } = keptFraction as typeof g
      expect([read(a), read(b), read(c)]).toEqual([[0.75], [1], [0]])
      disposeTree([g, first, updates])
    })

    it('is the mean of the mask where the gradient has no zeros, and takes a smaller last batch', () => {
      const o = { threshold: { std: 0.7 } }
      const site = featureSite(trackKeptFraction(lateralMask(o)))
      for (const batch of [4, 1]) {
        const y = numbersOf<Rank.R4>([batch, 6, 6, 3], 8)
        const g = numbersOf<Rank.R4>([batch, 6, 6, 3], 9)
        disposeTree(valueAndGrad((y: Tensor) => sum(mul(site(y), g)) as Scalar)(y))
        const kept = (site.state!.keptFraction as Tensor).dataSync()
        expect(kept[0]).toBeCloseTo(keptOf(g, o), 6)
      }
      site.dispose()
    })
  })
})
