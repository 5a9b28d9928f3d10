import { identity, valueAndGrad } from '@gg/core'
import { accelerate } from '@gg/gaaf'
import { type Activation, cifarResnet, createSites } from '@gg/models'
import { expectNoLeak, onBackends } from '@gg/testing'
import { type Rank, relu, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { crossEntropy } from './cross-entropy.ts'
import { numbersOf } from './numbers-of.ts'

const FORMS = [
  ['in between batch norm and sum', '**/normalization'],
  ['in between sum and ReLU', '**/sum'],
  ['everywhere', '**'],
] as const

/** Logits, all gradients and the running statistics of one step, as numbers. */
function step(
  activation: Activation,
  training: boolean,
  pattern?: string,
  batchNorm = true,
): readonly (readonly number[])[] {
  return tidy(() => {
    const model = cifarResnet({ depth: 8, width: 3, inputShape: [8, 8, 3], activation, batchNorm })
    const sites = createSites(model.sites, pattern === undefined ? {} : { [pattern]: identity() })
    const given = { params: model.init(1), x: numbersOf<Rank.R4>([3, 8, 8, 3], 1) }
    const stats = model.initStats()
    const loss = (p: typeof given) => {
      const result = model.applyWithStats(p.params, stats, p.x, { training, sites })
      return [crossEntropy(result.logits, [1, 2, 0]), { ...result, x: p.x as Tensor4D }] as const
    }
    const { grads, aux } = valueAndGrad(loss, { hasAux: true })(given)
    const numbers: number[][] = []
    const collect = (tree: unknown): void => {
      if (typeof tree !== 'object' || tree === null) return
      if ('dataSync' in tree) numbers.push([...(tree as Tensor4D).dataSync()])
      else Object.values(tree).forEach(collect)
    }
    collect([aux.logits, aux.stats, grads])
    sites.dispose()
    return numbers
  })
}

onBackends(() => {
  describe.each([
    ['training', true],
    ['evaluation', false],
  ])('in %s', (_, training) => {
    const whole = () => step('relu', training)

    it.each(FORMS)('batch norm, sum and ReLU in one give what they give apart, with a site %s', (_, pattern) => {
      expectNoLeak(() => expect(step('relu', training, pattern)).toBeAllClose(whole(), { rtol: 1e-4, atol: 1e-6 }))
    })

    it.each(['**/output', '**/sum'])('so do a bias, sum and ReLU, with a site at %s', (pattern) => {
      const without = () => step('relu', training, undefined, false)
      expectNoLeak(() => expect(step('relu', training, pattern, false)).toBeAllClose(without(), { rtol: 1e-4 }))
    })

    it('so does a bias with an activation that takes it along, with and without a site in between', () => {
      const phi = accelerate('relu')
      const apart = step((x) => phi(x), training, undefined, false)
      expectNoLeak(() => {
        expect(step(phi, training, undefined, false)).toBeAllClose(apart, { rtol: 1e-4, atol: 1e-6 })
        expect(step(phi, training, '**/output', false)).toBeAllClose(apart, { rtol: 1e-4, atol: 1e-6 })
      })
    })

    it('and with a function that is ReLU', () => {
      expectNoLeak(() => expect(step((x) => relu(x), training)).toBeAllClose(whole(), { rtol: 1e-4, atol: 1e-6 }))
    })
  })
})
