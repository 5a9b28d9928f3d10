import {
  chain,
  createOptimizer,
  disposeTree,
  featureSite,
  identity,
  injectHyperparams,
  masked,
  namedChain,
  setToZero,
  statelessWithTreeMap,
  valueAndGrad,
} from '@gg/core'
import {
  coAdaptation,
  gradientFlow,
  keptFraction,
  readCoAdaptation,
  readGradientFlow,
  readKeptFraction,
  readSaturation,
  readSensitivity,
  type SaturationOptions,
  saturation,
  sensitivity,
  summarize,
  toTable,
  weightHistogram,
} from '@gg/diagnostics'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  memory,
  mul,
  ones,
  type Scalar,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const all = () => chain(gradientFlow(), keptFraction(), saturation(), coAdaptation(), sensitivity())
const backward = (site: (x: Tensor) => Tensor, x: Tensor) =>
  tidy(() => {
    const { grads } = valueAndGrad((x: Tensor) => sum(mul(site(x), x)) as Scalar)(x)
    return Array.from(grads.dataSync())
  })

onBackends(() => {
  describe('an observer', () => {
    it('takes batches of any size at a site, and its memory does not grow', () => {
      expectNoLeak(() => {
        const site = featureSite(all())
        const batches = [5, 2, 7, 1].map((batch) => ones([batch, 4, 4, 3]))
        for (const batch of batches) backward(site, batch)
        const before = memory()
        for (let i = 0; i < 20; i++) for (const batch of batches) backward(site, batch)
        expect(memory().numTensors).toBe(before.numTensors)
        expect(memory().numBytes).toBe(before.numBytes)
        site.dispose()
        disposeTree(batches)
      })
    })

    it('can be read while training goes on', async () => {
      const site = featureSite(all())
      const x = tensor([1, 2, 3, 4, 2, 0, -1, 8], [2, 2, 2, 1])
      backward(site, x)
      const once = await summarize({ site: site.state })
      backward(site, x)
      const other = featureSite(all())
      backward(other, x)
      const reading = summarize({ site: other.state })
      // This disposes the state that is being read.
      backward(other, x)
      expect(await reading).toEqual(once)
      expect(await summarize({ site: other.state })).toEqual(await summarize({ site: site.state }))
      expect(JSON.parse(JSON.stringify(once))).toEqual(once)
      site.dispose()
      other.dispose()
      x.dispose()
    })

    it('looks at every n-th update, beginning with the first, and counts all', async () => {
      const tx = gradientFlow({ every: 3 })
      let state = tx.init(zeros([1]))
      for (const g of [1, 10, 100, 3, 10, 100]) {
        const [updates, next] = tx.update(tensor1d([g]), state)
        expect(updates).toBeAllClose([g])
        disposeTree([updates, state])
        state = next
      }
      expect(await readGradientFlow(state)).toMatchObject([{ count: 6, meanAbs: 2, norm: 2 }])
      disposeTree(state)
    })

    it('shows a NaN', async () => {
      const y = tensor1d([Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      const tx = chain(gradientFlow(), keptFraction(), saturation({ bins: 2 }), coAdaptation())
      const first = tx.init(y)
      const [updates, state] = tx.update(y, first, y)
      const [flow] = await readGradientFlow(state[0])
      expect(flow).toMatchObject({ meanAbs: Number.NaN, rms: Number.NaN, norm: Number.NaN })
      expect((await readKeptFraction(state[1]))[0]!.keptFraction).toBe(1)
      const [net] = await readSaturation(state[2])
      expect(net).toMatchObject({ saturated: 0.5, below: 0.25, above: 0.25, nan: 0.25, fractions: [0, 0.25] })
      expect((await readCoAdaptation(state[3]))[0]!.means[0]).toBeNaN()
      disposeTree([y, first, updates, state])
    })

    it('refuses a tensor that it has no statistics for', () => {
      expectNoLeak(() => {
        const [w, b] = [tensor1d([1]), tensor1d([2])]
        const state = gradientFlow().init({ w })
        expect(() => gradientFlow().update({ b }, state)).toThrow(/statistics for 'b', got \{w\}/)
        disposeTree([w, b, state])
      })
    })
  })

  describe('coAdaptation', () => {
    it('knows nodes that do not vary from those that do, whatever they say', async () => {
      const y = tensor2d(
        [0, 1, 2, 3, 4, 5, 6].map((i) => [i, 0.1, 0, 7 - 3 * i]),
        [7, 4],
      )
      const first = coAdaptation().init(y)
      const [updates, state] = coAdaptation().update(y, first, y)
      const [nodes] = await readCoAdaptation(state)
      expect(nodes).toMatchObject({ varying: 2, seen: 7 })
      expect(nodes!.correlation).toBeAllClose([1, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 1])
      expect(nodes!.meanAbsCorrelation).toBeCloseTo(1, 5)
      disposeTree([y, first, updates, state])
    })

    it('of independent nodes far from 0 is small, however many batches', async () => {
      const tx = coAdaptation()
      const x = zeros([1, 2])
      let state = tx.init(x)
      for (let i = 0; i < 64; i++) {
        // All combinations of two bits, far from the origin: the moments must not cancel.
        const y = tensor2d([
          [100, 100],
          [100, 101],
          [101, 100],
          [101, 101],
        ])
        const [updates, next] = tx.update(y, state, y)
        disposeTree([updates, state, y])
        state = next
      }
      const [nodes] = await readCoAdaptation(state)
      expect(nodes!.meanAbsCorrelation).toBeLessThan(1e-4)
      expect(nodes!.deviations).toBeAllClose([0.5, 0.5], { rtol: 1e-4 })
      disposeTree([x, state])
    })
  })

  describe('summarize', () => {
    it('finds observers wherever they stand, on weights too', async () => {
      const params = { dense: { kernel: ones([2, 2]), bias: zeros([2]) } }
      const tx = namedChain({
        before: gradientFlow(),
        rest: injectHyperparams(
          ({ keep }) =>
            chain(masked(setToZero(), keep > 1), masked(gradientFlow(), { dense: { kernel: true, bias: false } })),
          { keep: 0.5 },
        ),
        after: keptFraction(),
      })
      const optimizer = createOptimizer(tx, params)
      const minimize = () => tidy(() => void optimizer.minimize(({ dense }) => sum(mul(dense.kernel, 3)) as Scalar))
      minimize()
      minimize()
      const rows = await summarize({ weights: optimizer.state, nothing: undefined })
      expect(rows.map((row) => [row.name, row.at, row.observer, row.path, row.count])).toEqual([
        ['weights', 'before', 'gradientFlow', 'dense/kernel', 2],
        ['weights', 'before', 'gradientFlow', 'dense/bias', 2],
        ['weights', 'rest/inner/1', 'gradientFlow', 'dense/kernel', 2],
        ['weights', 'after', 'keptFraction', 'dense/kernel', 2],
        ['weights', 'after', 'keptFraction', 'dense/bias', 2],
      ])
      expect(toTable(rows).split('\n')).toMatchInlineSnapshot(`
        [
          "name                  before: mean |g|  before: rms g  before: norm g  rest/inner/1: mean |g|  rest/inner/1: rms g  rest/inner/1: norm g  kept",
          "weights/dense/kernel              3.00           3.00            6.00                    3.00                 3.00                  6.00  1.00",
          "weights/dense/bias                   0              0               0                                                                        0",
        ]
      `)
      optimizer.dispose()
    })

    it('has no row of what was never seen', async () => {
      expect(await summarize({})).toEqual([])
      expect(toTable([])).toBe('name')
      const state = chain(gradientFlow(), identity()).init(zeros([2]))
      expect(await summarize({ site: state })).toEqual([])
      const dense = zeros([2, 2])
      const [, next] = sensitivity().update(dense, sensitivity().init(dense))
      expect(await readSensitivity(next)).toEqual([])
    })
  })

  it('weightHistogram counts what is not finite apart, and numbers that are all the same into one bin', async () => {
    const odd = tensor1d([Number.NaN, 1, Number.POSITIVE_INFINITY, 3])
    const [found] = await weightHistogram(odd, { bins: 2 })
    expect(found).toEqual({
      path: '',
      size: 4,
      mean: 2,
      deviation: 1,
      min: 1,
      max: 3,
      edges: [1, 2, 3],
      counts: [1, 1],
      outside: 1,
      nan: 1,
    })
    const [same] = await weightHistogram(zerosLike(odd), { bins: 4 })
    expect(same).toMatchObject({ edges: [-0.5, -0.25, 0, 0.25, 0.5], counts: [0, 0, 4, 0] })
    const [none] = await weightHistogram(zeros([0]))
    expect(none).toMatchObject({ size: 0, mean: 0, min: 0, max: 0, outside: 0 })
  })
})

describe('options', () => {
  const wrong: readonly (readonly [SaturationOptions, string])[] = [
    [{ decay: -0.1 }, '`decay` must be a number from 0 to 1, got -0.1'],
    [{ decay: Number.NaN }, '`decay` must be a number from 0 to 1, got NaN'],
    [{ every: 0 }, '`every` must be a whole number of 1 or more, got 0'],
    [{ bins: 0 }, '`bins` must be a whole number of 1 to 65536, got 0'],
    [{ range: [1, 1] }, '`range` must be two finite numbers, the smaller first, got [1, 1]'],
    [{ range: [0, Number.POSITIVE_INFINITY] }, '`range` must be two finite numbers'],
    [{ limits: [2, -2] }, '`limits` must be two numbers, the smaller first, got [2, -2]'],
  ]
  it.each(wrong)('%j', (options, message) => {
    expect(() => saturation(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => saturation(options)).toThrow(message)
  })

  it('of the others', async () => {
    for (const observer of [gradientFlow, keptFraction, coAdaptation, sensitivity]) {
      expect(() => observer({ decay: 1.1 })).toThrow(`${observer.name}: \`decay\` must be`)
    }
    await expect(weightHistogram({}, { bins: 1.5 })).rejects.toThrow('weightHistogram: `bins` must be')
    await expect(weightHistogram({}, { range: [1, 0] })).rejects.toThrow('weightHistogram: `range` must be')
  })
})

it('a restored state goes on with the range and limits it was made with', async () => {
  const scaled = statelessWithTreeMap((g) => mul(g, 1))
  const y = tensor1d([-1, 0.5, 3])
  const a = featureSite(chain(scaled, saturation({ bins: 2, range: [0, 4], limits: [0, 1] })))
  const b = featureSite(chain(scaled, saturation({ bins: 2, range: [-9, 9], limits: [-9, 9] })))
  backward(a, y)
  const saved = await a.save()
  if (saved !== undefined) b.restore(saved)
  backward(b, y)
  const [row] = await summarize({ b: b.state })
  expect(row).toMatchObject({ limits: [0, 1], edges: [0, 2, 4], count: 2 })
  expect((row as { saturated: number }).saturated).toBeCloseTo(2 / 3, 6)
  a.dispose()
  b.dispose()
  y.dispose()
})
