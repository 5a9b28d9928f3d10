import {
  disposeTree,
  type GradientTransformation,
  gradientTransformation,
  identity,
  setToZero,
  statelessWithTreeMap,
  type Tree,
  treeMap,
  valueAndGrad,
} from '@gg/core'
import { gate } from '@gg/gating'
import { createSites, lenet, type ModelError, mlp, type Sites } from '@gg/models'
import { expectNoLeak, onBackends } from '@gg/testing'
import { add, engine, memory, mul, type Rank, type Scalar, sum, type Tensor4D, zerosLike } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

type MomentumState = { readonly count: number; readonly velocity: Tree }
const momentum = () =>
  gradientTransformation<MomentumState>({
    init: (params) => ({ count: 0, velocity: treeMap(zerosLike, params) }),
    update: (updates, { count, velocity }) => {
      const next = treeMap((g, v) => add(g, mul(v, 0.5)), updates, velocity)
      return [next, { count: count + 1, velocity: next }]
    },
  })
const times = (factor: number) => statelessWithTreeMap((g) => mul(g, factor))
const plus = (summand: number) => statelessWithTreeMap((g) => add(g, summand))

const { sites: names } = lenet()
const model = mlp({ inputShape: [2, 2, 1], hidden: [3], classes: 2 })

/** One forward and backward pass of `model`; the gradients of the weights, as numbers. */
function pass(sites: Sites | undefined, training = true): number[] {
  const params = model.init(1)
  const x = numbersOf<Rank.R4>([2, 2, 2, 1], 1)
  const loss = (p: typeof params) => sum(model.apply(p, x, { training, sites })) as Scalar
  try {
    const { value, grads } = valueAndGrad(loss)(params)
    const numbers = Object.values(grads).flatMap(({ kernel, bias }) => [...kernel.dataSync(), ...bias.dataSync()])
    disposeTree([value, grads])
    return numbers
  } finally {
    disposeTree([params, x])
  }
}

const thrown = (f: () => unknown): ModelError => {
  try {
    f()
  } catch (error) {
    return error as ModelError
  }
  throw new Error('nothing was thrown')
}

describe('createSites', () => {
  it.each([
    ['conv1/output', ['conv1/output']],
    ['conv*/output', ['conv1/output', 'conv2/output']],
    ['*/pool', ['conv1/pool', 'conv2/pool']],
    ['conv2/*', ['conv2/output', 'conv2/activation', 'conv2/pool']],
    ['{conv,dense}2/activation', ['conv2/activation', 'dense2/activation']],
    ['dense[12]/output', ['dense1/output', 'dense2/output']],
    ['**/output', ['conv1/output', 'conv2/output', 'dense1/output', 'dense2/output', 'logits/output']],
    ['**', names],
  ])('matches %s', (pattern, expected) => {
    expect(createSites(names, { [pattern]: gate() }).names).toEqual(expected)
  })

  it('matches ** over several parts of a name, and * over one', () => {
    const deep = ['stage1/block1/conv1/output', 'stage1/block2/conv1/output', 'stage2/output']
    const matched = (pattern: string) => createSites(deep, { [pattern]: gate() }).names
    expect(matched('stage*/**/output')).toEqual(deep)
    expect(matched('stage1/*/conv1/output')).toEqual(deep.slice(0, 2))
    expect(matched('stage*/output')).toEqual(deep.slice(2))
  })

  it('says which names there are when a pattern matches none', () => {
    const error = thrown(() => createSites(model.sites, { 'dense1/output': gate(), 'conv*/output': gate() }))
    expect(error.code).toBe('UNKNOWN_SITE')
    expect(error.message).toBe(
      "createSites: each pattern must match a site, got 'conv*/output', which matches none of " +
        '{dense1/output, dense1/activation, logits/output}.',
    )
  })

  it('lists the names in the order of the model, and is empty without patterns', () => {
    expect(createSites(names, { 'dense1/output': gate(), 'conv1/output': gate() }).names).toEqual([
      'conv1/output',
      'dense1/output',
    ])
    expect(createSites(names, {}).names).toEqual([])
  })

  it('takes transformations of any states together', () => {
    const mixed = { 'conv1/output': gate(), 'conv2/output': momentum() }
    expect(createSites(names, mixed).names).toHaveLength(2)
    const typed: { readonly [pattern: string]: GradientTransformation } = mixed
    expect(Object.keys(typed)).toHaveLength(2)
  })
})

onBackends(() => {
  describe('sites', () => {
    it('are the identity forward, and call the transformation of their name on the way back', () => {
      const plain = pass(undefined)
      expect(pass(createSites(model.sites, { '**': identity() }))).toEqual(plain)
      expect(pass(createSites(model.sites, { 'logits/output': times(3) }))).toBeAllClose(plain.map((g) => 3 * g))
      expect(pass(createSites(model.sites, { 'logits/output': setToZero() }))).toEqual(plain.map(() => 0))
      const behind = pass(createSites(model.sites, { 'dense1/activation': setToZero() }))
      // 12 weights and 3 biases of the hidden layer get nothing, the logits' 6 and 2 what they got.
      expect(behind).toEqual([...Array(15).fill(0), ...plain.slice(15)])
    })

    it('chain what several patterns put at one site in the order written, as one node of the tape', () => {
      const doubled = pass(createSites(model.sites, { 'logits/output': times(2), '**/output': plus(1) }))
      const added = pass(createSites(model.sites, { 'logits/*': plus(1), 'logits/output': times(2) }))
      // The last 2 numbers are the gradients of the logits' bias, for which 1 arrives from each of two samples.
      expect(doubled.slice(-2)).toBeAllClose([2 * (1 * 2 + 1), 2 * (1 * 2 + 1)])
      expect(added.slice(-2)).toBeAllClose([2 * (1 + 1) * 2, 2 * (1 + 1) * 2])

      const nodes = (sites: Sites): number => {
        const counts: number[] = []
        const x = numbersOf<Rank.R4>([2, 2, 2, 1], 1)
        valueAndGrad((x: Tensor4D) => {
          const y = sites.at('dense1/output', x)
          counts.push(engine().state.activeTape?.length ?? 0)
          return sum(y) as Scalar
        })(x)
        return counts[0] ?? 0
      }
      const one = createSites(model.sites, { 'dense1/output': gate() })
      const three = createSites(model.sites, { 'dense1/output': gate(), 'dense1/*': times(2), '**': gate() })
      expect(nodes(three)).toBe(nodes(one))
    })

    it('cost nothing outside training: not a tensor, not a node of the tape, not an update', () => {
      const sites = createSites(model.sites, { '**': momentum() })
      const params = model.init(1)
      const x = numbersOf<Rank.R4>([2, 2, 2, 1], 1)
      const profile = (options: Parameters<typeof model.apply>[2]) => {
        const tape: number[] = []
        const { value, grads } = valueAndGrad((p: typeof params) => {
          const y = model.apply(p, x, options)
          tape.push(engine().state.activeTape?.length ?? 0, memory().numTensors)
          return sum(y) as Scalar
        })(params)
        disposeTree([value, grads])
        return tape
      }
      expect(profile({ training: false, sites })).toEqual(profile({}))
      expect(profile({ training: true, sites })).not.toEqual(profile({}))
      disposeTree([params, x])
      expect(pass(sites, false)).toEqual(pass(undefined))
      sites.dispose()
    })

    it('own one state for each name, and leave nothing behind', () => {
      expectNoLeak(() => {
        const sites = createSites(model.sites, { '*/output': momentum(), 'dense1/*': gate() })
        expect(sites.state).toEqual({})
        pass(sites)
        pass(sites)
        expect(Object.keys(sites.state)).toEqual(['dense1/output', 'dense1/activation', 'logits/output'])
        // Two patterns meet at the first, so its state is that of a chain.
        expect(sites.state).toMatchObject({
          'dense1/output': [{ count: 2 }, {}],
          'dense1/activation': {},
          'logits/output': { count: 2 },
        })
        sites.dispose()
        sites.dispose()
        expect(() => sites.state).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
        expect(() => pass(sites)).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
      })
    })

    it('continue bit for bit from a copy', async () => {
      const make = () => createSites(model.sites, { '**/output': momentum(), 'dense1/activation': gate() })
      const sites = make()
      pass(sites)
      const saved = await sites.save()
      expect(Object.keys(saved)).toEqual(['dense1/output', 'dense1/activation', 'logits/output'])
      const expected = [pass(sites), pass(sites)]

      const other = make()
      other.restore(saved)
      // Nothing has passed yet, but what was restored is not lost to the next save.
      expect(await other.save()).toEqual(saved)
      expect([pass(other), pass(other)]).toEqual(expected)

      // Restoring starts all anew, also sites that have gone on since, and with nothing, from nothing.
      sites.restore(saved)
      expect([pass(sites), pass(sites)]).toEqual(expected)
      sites.restore({})
      expect(await sites.save()).toEqual({})
      pass(sites)
      expect(await sites.save()).toEqual(saved)
      for (const each of [sites, other]) each.dispose()
    })

    it('refuse a copy with names where nothing is, and change nothing', async () => {
      const [from, to] = [
        createSites(model.sites, { '**': momentum() }),
        createSites(model.sites, { 'logits/*': momentum() }),
      ]
      pass(from)
      pass(to)
      const saved = await from.save()
      const before = to.state
      const error = thrown(() => to.restore(saved))
      expect(error.code).toBe('STATE_MISMATCH')
      expect(error.message).toMatch(/must name some of \{logits\/output\}, got 'dense1\/output'/)
      expect(to.state).toEqual(before)
      from.dispose()
      to.dispose()
    })

    it('know only the names of the model', () => {
      const sites = createSites(model.sites, { 'logits/output': gate() })
      const x = numbersOf<Rank.R4>([1, 1, 1, 1], 1)
      expect(sites.at('dense1/output', x)).toBe(x)
      const error = thrown(() => sites.at('dense1/outputs', x))
      expect(error.code).toBe('UNKNOWN_SITE')
      expect(error.message).toMatch(/one of \{dense1\/output, .*\}, got 'dense1\/outputs'/)
    })
  })
})
