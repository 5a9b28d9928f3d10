import { chain, disposeTree, type GradientTransformation, namedLeaves, setToZero, valueAndGrad } from '@gg/core'
import { gate } from '@gg/gating'
import { lateralMask } from '@gg/lateral-mask'
import { cifarResnet, createSites, lenet, type ModelWithStats, mlp } from '@gg/models'
import { expectNoLeak, onBackends } from '@gg/testing'
import { mul, type Rank, type Scalar, sum, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

/** The same transformation, which does not know of a ReLU. */
const unaware = ({ init, update }: GradientTransformation): GradientTransformation => ({ init, update })

/** Logits and gradients of a model with a transformation at its sites, by name. */
function pass(model: ModelWithStats, at: { readonly [pattern: string]: GradientTransformation }) {
  const sites = createSites(model.sites, at)
  const [params, stats, x] = [model.init(1), model.initStats(), numbersOf<Rank.R4>([2, ...model.inputShape], 1)]
  const loss = (p: typeof params) => {
    const { logits, stats: after } = model.applyWithStats(p, stats, x, { training: true, sites })
    return [sum(mul(logits, numbersOf(logits.shape, 2))) as Scalar, { logits, after }] as const
  }
  const { value, grads, aux } = valueAndGrad(loss, { hasAux: true })(params)
  const numbers = Object.fromEntries(
    namedLeaves({ grads, logits: aux.logits }).map(([path, leaf]) => [path, [...(leaf as Tensor).dataSync()]]),
  )
  disposeTree([params, stats, x, value, grads, aux])
  sites.dispose()
  return numbers
}

const models: { readonly [name: string]: () => ModelWithStats } = {
  lenet: () => lenet({ inputShape: [14, 14, 1] }),
  'lenet with batch norm': () => lenet({ inputShape: [14, 14, 1], batchNorm: true }),
  'lenet with tanh': () => lenet({ inputShape: [14, 14, 1], activation: 'tanh' }),
  mlp: () => mlp({ inputShape: [3, 3, 1], hidden: [5, 4], classes: 3 }),
  resnet: () => cifarResnet({ depth: 8, width: 2, inputShape: [8, 8, 3] }),
  'resnet without batch norm': () => cifarResnet({ depth: 8, width: 2, inputShape: [8, 8, 3], batchNorm: false }),
}
const everywhere = (at: GradientTransformation) => ({ '**': at })
const maps = (at: GradientTransformation) => ({ '{**/,}conv?/*': at })

onBackends(() => {
  describe.each(Object.keys(models))('in %s', (name) => {
    const model = models[name]!()
    const placed: readonly (readonly [string, { readonly [pattern: string]: GradientTransformation }])[] = [
      ['a gate everywhere', everywhere(gate())],
      ['gates in a chain everywhere', everywhere(chain(gate(), gate({ activation: 'hard-sigmoid' })))],
      ...(name === 'mlp'
        ? []
        : [
            ['a mask at all maps', maps(lateralMask({ threshold: { keep: 0.5 }, kernelSize: 3, sigma: 0.5 }))] as const,
          ]),
    ]
    it.each(placed)('%s gives what it gives apart from the ReLU behind it', (_, at) => {
      expectNoLeak(() => {
        const found = pass(model, at)
        const apart = pass(model, Object.fromEntries(Object.entries(at).map(([pattern, tx]) => [pattern, unaware(tx)])))
        const plain = pass(model, { 'logits/output': chain() })
        expect(Object.keys(found)).toEqual(Object.keys(apart))
        for (const [path, numbers] of Object.entries(found))
          expect(numbers, path).toBeAllClose(apart[path]!, { atol: 2e-6 })
        expect(found['logits']).toBeAllClose(plain['logits']!)
        // It is there at all.
        expect(
          Object.entries(found).some(
            ([path, numbers]) => path !== 'logits' && numbers.some((n, i) => Math.abs(n - plain[path]![i]!) > 1e-3),
          ),
        ).toBe(true)
      })
    })

    it('lets no gradient through a site of zeros', () => {
      const found = pass(model, { '**': chain(gate(), setToZero()) })
      for (const [path, numbers] of Object.entries(found))
        if (path !== 'logits')
          expect(
            numbers.every((n) => n === 0),
            path,
          ).toBe(true)
    })
  })
})
