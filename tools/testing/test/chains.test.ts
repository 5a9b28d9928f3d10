import {
  chain,
  clipNormPer,
  disposeTree,
  dropoutGradient,
  featureSite,
  type GradientTransformation,
  GradientTransformationError,
  guidedBackprop,
  injectHyperparams,
  masked,
  normalizeNormPer,
  partition,
  reverseGradient,
  type State,
  statelessWithTreeMap,
  type Tree,
  topK,
  treeLeaves,
  treeMap,
  valueAndGrad,
} from '@gg/core'
import { coAdaptation, gradientFlow, keptFraction, saturation, sensitivity } from '@gg/diagnostics'
import { gate } from '@gg/gating'
import { lateralMask, magnitudeMask, randomMask, trackKeptFraction } from '@gg/lateral-mask'
import { addNoise, clipByGlobalNorm, scale, scaleByAdam } from '@gg/optim'
import { expectNoLeak, onBackends } from '@gg/testing'
import { backend, mul, type Scalar, sum, Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

type Pool = { readonly [name: string]: () => GradientTransformation }

/** On tensors of any rank. */
const ANYWHERE: Pool = {
  gate,
  'hard gate': () => gate({ activation: 'hard-sigmoid', temperature: 0.5, rescale: 'preserve-norm' }),
  reverse: () => reverseGradient(0.5),
  'gradient dropout': () => dropoutGradient(0.25, { seed: 3 }),
  'guided backprop': guidedBackprop,
  topK: () => topK(9),
  scale: () => scale(3),
  Adam: scaleByAdam,
  'global norm': () => clipByGlobalNorm(1),
  noise: () => addNoise(0.1, 0.55, { seed: 5 }),
  flow: gradientFlow,
  kept: keptFraction,
  saturation,
  'co-adaptation': coAdaptation,
  sensitivity,
}
/** On feature maps `[batch, height, width, channels]`. */
const ON_MAPS: Pool = {
  ...ANYWHERE,
  'gate per channel': () => gate({ variant: 'per-channel', rescale: 'preserve-norm' }),
  'gate in space': () => gate({ variant: 'spatial-only', normalize: 'standardize' }),
  lateralMask,
  'lateralMask in sets': () => lateralMask({ sets: 2, threshold: { keep: 0.5 }, padding: 'zero' }),
  magnitudeMask: () => magnitudeMask({ threshold: { std: 1 } }),
  randomMask: () => randomMask({ keep: 0.5, seed: 2 }),
  'tracked mask': () => trackKeptFraction(lateralMask({ sets: 'channels' })),
  'mask with a schedule': () =>
    injectHyperparams(({ keep }) => lateralMask({ threshold: { keep } }), { keep: (step) => 1 / (1 + step) }),
  'norm per example': () => clipNormPer('example', 0.5),
  'norm per channel': () => normalizeNormPer('channel'),
}

/** Some of a pool, each at most once, in any order. */
const chainsOf = (pool: Pool): fc.Arbitrary<readonly string[]> =>
  fc.shuffledSubarray(Object.keys(pool), { minLength: 1, maxLength: 8 })
const made = (pool: Pool, names: readonly string[]): readonly GradientTransformation[] =>
  names.map((name) => (pool[name] as () => GradientTransformation)())
const RUNS = { numRuns: 25 }
const STEPS = [0, 1, 2]
const SHAPE = [2, 6, 5, 4]

onBackends(() => {
  describe('transformations chained in any order at a feature site', () => {
    const features = () => numbers(SHAPE, 0.7, 2)
    const gradient = (step: number) => numbers(SHAPE, 1.3 + step, 1)

    it('do what they do one after the other, bit for bit', () => {
      fc.assert(
        fc.property(chainsOf(ON_MAPS), (names) => {
          expectNoLeak(() => {
            const y = features()
            const tx = chain(...made(ON_MAPS, names))
            let state: State[] = tx.init(y)
            const loop = byHand(made(ON_MAPS, names), y)
            for (const step of STEPS) {
              const g = gradient(step)
              const [updates, next] = tx.update(g, state, y)
              expect(values(updates), names.join()).toEqual(loop.step(g, y))
              disposeTree([g, updates, state])
              state = next
            }
            expect(values(state)).toEqual(values(loop.states()))
            disposeTree([y, state, loop.states()])
          })
        }),
        RUNS,
      )
    })

    it('are at one site what they are at sites one behind the other, the last of which gradient meets first', () => {
      fc.assert(
        fc.property(chainsOf(ON_MAPS), (names) => {
          expectNoLeak(() => {
            const one = featureSite(chain(...made(ON_MAPS, names)))
            const several = made(ON_MAPS, names).map((tx) => featureSite(tx))
            const y = features()
            for (const step of STEPS) {
              const [g, h] = [gradient(step), gradient(step)]
              const at = (site: (x: Tensor) => Tensor, g: Tensor) =>
                valueAndGrad((x: Tensor) => sum(mul(site(x), g)) as Scalar)(y)
              const single = at(one, g)
              const nested = at((x) => several.toReversed().reduce((z, site) => site(z), x), h)
              expect(values(nested.grads), names.join()).toEqual(values(single.grads))
              disposeTree([g, h, single.value, single.grads, nested.value, nested.grads])
            }
            for (const site of [one, ...several]) site.dispose()
            y.dispose()
          })
        }),
        RUNS,
      )
    })

    it('show a NaN of the gradient where it is, and one of the map behind every gate', () => {
      fc.assert(
        fc.property(chainsOf(ON_MAPS), fc.nat(2 * 6 * 5 * 4 - 1), (names, place) => {
          const tx = chain(...made(ON_MAPS, names))
          const [y, g] = [features(), gradient(0)]
          const [brokenY, brokenG] = [withNan(features(), place), withNan(gradient(0), place)]
          const shown = (updates: Tensor, params: Tensor) => {
            const state = tx.init(params)
            const [found, next] = tx.update(updates, state, params)
            const number = values(found)[place]
            disposeTree([state, found, next])
            return number
          }
          expect(shown(brokenG, y), names.join()).toBeNaN()
          if (names.some((name) => name.includes('gate'))) expect(shown(g, brokenY), names.join()).toBeNaN()
          disposeTree([y, g, brokenY, brokenG])
        }),
        { numRuns: 60 },
      )
    })

    it('leak nothing when one of them throws, and leave the site as it was', () => {
      fc.assert(
        fc.property(chainsOf(ON_MAPS), fc.nat(8), (names, at) => {
          expectNoLeak(() => {
            const planted = new Error('planted')
            let armed = false
            const broken = statelessWithTreeMap((g) => {
              const half = mul(g, 0.5)
              if (armed) throw planted
              return half
            })
            const site = featureSite(chain(...made(ON_MAPS, names).toSpliced(at, 0, broken)))
            const y = features()
            const g = gradient(0)
            const run = () => valueAndGrad((x: Tensor) => sum(mul(site(x), g)) as Scalar)(y)
            const first = run()
            const before = values(site.state as State)
            armed = true
            expect(run).toThrow(planted)
            expect(values(site.state as State)).toEqual(before)
            armed = false
            const again = run()
            disposeTree([first.value, first.grads, again.value, again.grads, y, g])
            site.dispose()
          })
        }),
        RUNS,
      )
    })

    it('wait for no value', () => {
      const [y, g] = [features(), gradient(0)]
      const tx = chain(...made(ON_MAPS, Object.keys(ON_MAPS)))
      const state = tx.init(y)
      const reads = [vi.spyOn(backend(), 'read'), vi.spyOn(backend(), 'readSync')]
      const result = tx.update(g, state, y)
      expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0])
      disposeTree([y, g, state, ...result])
    })
  })

  describe('transformations chained in any order on the gradients of weights', () => {
    const weights = () => ({
      conv: { kernel: numbers([3, 3, 2, 4], 0.4, 1), bias: numbers([4], 0.9, 1) },
      dense: { kernel: numbers([6, 5], 0.3, 1) },
      scale: numbers([], 2, 1),
    })
    const gradients = (step: number) =>
      tidy(() => treeMap((leaf) => numbers(leaf.shape, 1.1 + step + leaf.rank, 1), weights()))
    /** What works on maps only goes to the tensors that have the form of one. */
    const onRank4: Pool = Object.fromEntries(
      Object.entries(ON_MAPS).map(([name, make]) => [
        name,
        name in ANYWHERE ? make : () => masked(make(), (_, leaf) => leaf.rank === 4),
      ]),
    )

    it('do what they do one after the other, bit for bit', () => {
      fc.assert(
        fc.property(chainsOf(onRank4), (names) => {
          expectNoLeak(() => {
            const params = weights()
            const tx = chain(...made(onRank4, names))
            let state: State[] = tx.init(params)
            const loop = byHand(made(onRank4, names), params)
            for (const step of STEPS) {
              const g = gradients(step)
              const [updates, next] = tx.update(g, state, params)
              expect(treeLeaves(updates).map(({ shape }) => shape)).toEqual(
                treeLeaves(params).map(({ shape }) => shape),
              )
              expect(values(updates), names.join()).toEqual(loop.step(g, params))
              disposeTree([g, updates, state])
              state = next
            }
            disposeTree([params, state, loop.states()])
          })
        }),
        RUNS,
      )
    })

    it('are refused on the wrong rank with the way out, and leak nothing', () => {
      const onlyMaps = Object.keys(ON_MAPS).filter((name) => /mask|gate (per|in)/i.test(name))
      expect(onlyMaps.length).toBe(8)
      for (const name of onlyMaps) {
        expectNoLeak(() => {
          const params = weights()
          const g = gradients(0)
          const tx = (ON_MAPS[name] as () => GradientTransformation)()
          const state = tx.init(params)
          const refused = expect.objectContaining({
            code: 'SHAPE_MISMATCH',
            message: expect.stringMatching(/masked\(\)|variant 'elementwise'/),
          })
          expect(() => tx.update(g, state, params), name).toThrow(refused)
          expect(() => tx.update(g, state, params), name).toThrow(GradientTransformationError)
          disposeTree([params, g, state])
        })
      }
    })

    it('go to the leaves of one rank by partition, and the others have their own', () => {
      const params = weights()
      const g = gradients(0)
      const tx = partition({ maps: lateralMask(), rest: scale(2) }, (_, leaf) => (leaf.rank === 4 ? 'maps' : 'rest'))
      const [updates] = tx.update(g, tx.init(params), params)
      expect(values(updates.conv.kernel)).toEqual(values(lateralMask().update(g.conv.kernel, {})[0]))
      expect(values(updates.dense.kernel)).toEqual(values(g.dense.kernel).map((n) => 2 * Number(n)))
      disposeTree([params, g, updates])
    })
  })
})

/** The loop that `chain` stands for. */
function byHand(txs: readonly GradientTransformation[], params: Tree) {
  let states = txs.map((tx) => tx.init(params))
  return {
    states: () => states,
    step(updates: Tree, params: Tree): readonly unknown[] {
      let current = updates
      const next = txs.map((tx, i) => {
        const [stepped, state] = tx.update(current, states[i] as State, params)
        if (current !== updates) disposeTree(current)
        current = stepped
        return state
      })
      disposeTree(states)
      states = next
      const found = values(current)
      disposeTree(current)
      return found
    },
  }
}

function numbers(shape: readonly number[], frequency: number, size: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Float32Array.from({ length: count }, (_, i) => size * Math.sin(frequency * i + 0.3 + i * i * 0.01)),
    [...shape],
  )
}

function withNan(x: Tensor, place: number): Tensor {
  return tidy(() => {
    const data = Float32Array.from(x.dataSync())
    data[place] = Number.NaN
    x.dispose()
    return tensor(data, x.shape)
  })
}

function values(state: State): readonly unknown[] {
  if (typeof state !== 'object' || state === null) return [state]
  if (state instanceof Tensor) return Array.from(state.dataSync())
  return Object.values(state).flatMap(values)
}
