import {
  clipNormPer,
  disposeTree,
  dropoutGradient,
  featureSite,
  type GradientTransformation,
  guidedBackprop,
  normalizeNormPer,
  type Per,
  reverseGradient,
  type SurrogateOptions,
  stopGradient,
  straightThrough,
  surrogate,
  topK,
  transformGradient,
  valueAndGrad,
} from '@gg/core'
import { expectNoLeak, onBackends, readVectors } from '@gg/testing'
import {
  add,
  backend,
  conv2d,
  matMul,
  maxPool,
  mul,
  ones,
  type Rank,
  relu,
  reshape,
  round,
  type Scalar,
  type ShapeMap,
  step,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

type Numbers = readonly number[]
type Rule = { readonly name: string; readonly args: readonly unknown[] }
type Apply = <T extends Tensor>(x: T) => T

const vectors = readVectors<{
  readonly rules: readonly (Rule & { readonly shape: Numbers; readonly dx: Numbers })[]
  readonly chains: readonly (Rule & { readonly [name in 'y' | 'kernel' | 'bias' | 'w1']: Numbers })[]
}>('sites')

const spike = (x: Tensor) => step(x)
const makers: { readonly [name: string]: (...args: never[]) => Apply } = {
  clipNormPer: (per: Per, limit: number) => at(clipNormPer(per, limit)),
  normalizeNormPer: (per: Per, norm: number) => at(normalizeNormPer(per, norm)),
  topK: (k: number) => at(topK(k)),
  guidedBackprop: () => at(guidedBackprop()),
  reverseGradient: (strength: number) => featureSite(reverseGradient(strength)),
  straightThrough: (options: object) => straightThrough(spike, options),
  surrogate: (options: SurrogateOptions) => surrogate(spike, options),
}
const at =
  (tx: GradientTransformation): Apply =>
  (x) =>
    transformGradient(x, tx)
const made = ({ name, args }: Rule): Apply => makers[name]!(...(args as never[]))
const titled = <C extends Rule>(cases: readonly C[]) =>
  cases.map((c, i) => [`${i} ${c.name} ${JSON.stringify(c.args)}`, c] as const)

/** The inputs of vectors/sites.py: integers by a formula, divided by a power of two, so exact in float32. */
function numbersOf<R extends Rank>(shape: Numbers, seed: number, scale = 1): Tensor<R> {
  const size = shape.reduce((product, n) => product * n, 1)
  const number = (_: unknown, i: number) =>
    (((31 * i * i + 24001 * i + 104729 * seed) % 65521) - 32760) * 2 ** -15 * scale
  return tensor<R>(Float32Array.from({ length: size }, number), [...shape] as ShapeMap[R])
}
const gradOf = (f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor | number = 1): number[] =>
  tidy(() => Array.from(valueAndGrad((x: Tensor) => sum(mul(f(x), dy)) as Scalar)(x).grads.dataSync()))
const updatesOf = (tx: GradientTransformation, g: Tensor): number[] =>
  tidy(() => Array.from(tx.update(g, tx.init(g))[0].dataSync()))
const nan = () => tensor2d([Number.NaN, 1, 2, 3], [2, 2])

onBackends(() => {
  describe('as custom autograd functions in PyTorch:', () => {
    it.each(titled(vectors.rules))('%s', (_, c) => {
      expect(gradOf(made(c), numbersOf(c.shape, 51), numbersOf(c.shape, 52))).toBeAllClose(c.dx)
    })

    it.each(titled(vectors.chains))('conv, site, relu, pool, dense, site, dense: %s', (_, c) => {
      const [first, second] = [made(c), made(c)]
      const leaves = {
        kernel: numbersOf<Rank.R4>([3, 3, 2, 4], 16),
        bias: numbersOf([4], 17, 0.5),
        w1: numbersOf<Rank.R2>([36, 6], 18, 0.5),
      }
      const loss = ({ kernel, bias, w1 }: typeof leaves) => {
        const maps = first(add(conv2d(numbersOf<Rank.R4>([2, 8, 8, 2], 15), kernel, 1, 'valid'), bias) as Tensor4D)
        const flat = reshape(maxPool(relu(maps), 2, 2, 'valid'), [2, 36])
        const hidden = second(add(matMul(flat, w1), numbersOf([6], 19, 0.5)))
        const y = add(matMul(hidden, numbersOf<Rank.R2>([6, 3], 20)), numbersOf([3], 21))
        return [sum(mul(y, numbersOf(y.shape, 22))) as Scalar, { y }] as const
      }
      const { grads, aux } = valueAndGrad(loss, { hasAux: true })(leaves)
      // Sums of up to 100 float32 products of size 1 may be off by 100 · 2⁻²⁴ = 6e-6, however small they come out.
      const tolerance = { atol: 6e-6 }
      expect(aux.y).toBeAllClose(c.y, tolerance)
      expect(grads.kernel, 'kernel').toBeAllClose(c.kernel, tolerance)
      expect(grads.bias, 'bias').toBeAllClose(c.bias, tolerance)
      expect(grads.w1, 'w1').toBeAllClose(c.w1, tolerance)
    })
  })

  describe('reverseGradient', () => {
    it('follows a schedule from one backward pass to the next, and takes batches of any size', () => {
      // Ganin and Lempitsky's, over 10 passes.
      const lambda = (count: number) => 2 / (1 + Math.exp(-count)) - 1
      const site = featureSite(reverseGradient(lambda))
      for (const [pass, size] of [2, 2, 1].entries()) {
        expect(gradOf(site, ones([size]))).toBeAllClose(Array(size).fill(-lambda(pass)))
      }
      expect(site.state).toEqual({ count: 3 })
      site.dispose()
    })
  })

  describe('stopGradient', () => {
    it('hands on the value and no gradient', () => {
      const x = tensor1d([2, -3])
      expect(gradOf((x) => mul(x, stopGradient(mul(x, x))), x)).toEqual([4, 9])
      expect(Array.from(stopGradient(x).dataSync())).toEqual([2, -3])
      expect(gradOf((x) => add(stopGradient(x), mul(x, 0)), x)).toEqual([0, 0])
      const code = 'INVALID_ARGUMENT'
      expect(() => stopGradient(tensor1d([1], 'int32'))).toThrow(expect.objectContaining({ code }))
    })
  })

  describe('clipNormPer and normalizeNormPer', () => {
    it('leave no norm above the limit, none but the norm, and what is small or zero as it is', () => {
      const numbers = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 12, maxLength: 12 })
      const per = fc.constantFrom<Per>('example', 'channel', 'map')
      const limits = fc.float({ min: Math.fround(0.01), max: 100, noNaN: true })
      const parts = { example: [0], channel: [2], map: [0, 2] } as const
      fc.assert(
        fc.property(numbers, per, limits, (values, per, limit) => {
          const g = tensor(values, [2, 3, 2])
          const norms = (found: Numbers) => {
            const squares = new Map<string, number>()
            for (const [i, n] of found.entries()) {
              const place = [Math.floor(i / 6), 0, i % 2]
              const key = parts[per].map((axis) => place[axis]).join()
              squares.set(key, (squares.get(key) ?? 0) + n * n)
            }
            return [...squares.values()].map(Math.sqrt)
          }
          const before = norms(Array.from(g.dataSync()))
          const clipped = norms(updatesOf(clipNormPer(per, limit), g))
          expect(clipped).toBeAllClose(
            before.map((n) => Math.min(n, limit)),
            { atol: 1e-5 },
          )
          const normal = norms(updatesOf(normalizeNormPer(per, limit), g))
          // Below 1e-18 float32 holds no square.
          const held = (n: number) => n > 1e-15
          expect(normal.filter((_, i) => held(before[i]!))).toBeAllClose(before.filter(held).map(() => limit))
          g.dispose()
        }),
      )
    })

    it('leave zeros alone and let NaN show', () => {
      for (const per of ['example', 'channel', 'map'] as const) {
        for (const tx of [clipNormPer(per, 1), normalizeNormPer(per)]) {
          expect(updatesOf(tx, zeros([2, 3]))).toEqual([0, 0, 0, 0, 0, 0])
          const found = updatesOf(tx, nan())
          expect(found[0]).toBeNaN()
          expect(found[3]).not.toBeNaN()
        }
      }
    })

    it('say what is wrong, and leak nothing when they do', () => {
      expectNoLeak(() => {
        const g = tensor1d([1, 2])
        const code = 'SHAPE_MISMATCH'
        expect(() => clipNormPer('map', 1).update(g, {})).toThrow(expect.objectContaining({ code }))
        const tree = { a: zeros([1, 1]), g }
        expect(() => normalizeNormPer('map').update(tree, {})).toThrow(/^normalizeNormPer: a gradient/)
        disposeTree(tree)
      })
      expect(() => clipNormPer('batch' as Per, 1)).toThrow(
        "clipNormPer: `per` must be one of 'example', 'channel', 'map', got 'batch'.",
      )
      expect(() => clipNormPer('map', 0)).toThrow('clipNormPer: `maxNorm` must be above 0, got 0.')
      expect(() => normalizeNormPer('map', Number.NaN)).toThrow(
        'normalizeNormPer: `norm` must be finite and above 0, got NaN.',
      )
    })
  })

  describe('dropoutGradient', () => {
    const drop = (rate: number, seed: number, count: number, size = 4000) =>
      tidy(() =>
        Array.from(
          dropoutGradient(rate, { seed })
            .update(ones([size]), { count })[0]
            .dataSync(),
        ),
      )

    it('drops the rate, scales the rest and so keeps the mean', () => {
      for (const rate of [0, 0.3, 0.9]) {
        const found = drop(rate, 1, 0)
        const kept = found.filter((n) => n !== 0)
        expect(kept).toBeAllClose(kept.map(() => 1 / (1 - rate)))
        // Five standard deviations of a binomial.
        expect(Math.abs(kept.length / 4000 - (1 - rate))).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / 4000) + 1e-9)
      }
    })

    it('draws anew for each seed, update and path, and the same again', () => {
      expect(drop(0.5, 1, 0)).toEqual(drop(0.5, 1, 0))
      expect(drop(0.5, 2, 0)).not.toEqual(drop(0.5, 1, 0))
      expect(drop(0.5, 1, 1)).not.toEqual(drop(0.5, 1, 0))
      const tree = { a: ones([100]), b: ones([100]) }
      const [{ a, b }, state] = dropoutGradient(0.5).update(tree, { count: 4 })
      expect(Array.from(a.dataSync())).not.toEqual(Array.from(b.dataSync()))
      expect(state).toEqual({ count: 5 })
    })

    it('lets NaN show whether it is dropped or not', () => {
      for (const count of [0, 1, 2, 3, 4, 5]) {
        const [updates] = dropoutGradient(0.5).update(nan(), { count })
        expect(updates.dataSync()[0]).toBeNaN()
      }
    })

    it.each([
      [() => dropoutGradient(1), 'dropoutGradient: `rate` must be at least 0 and below 1, got 1.'],
      [() => dropoutGradient(0.5, { seed: 0.5 }), 'dropoutGradient: `seed` must be a whole number, got 0.5.'],
      [() => topK(0), 'topK: `k` must be a whole number of 1 or more, got 0.'],
      [() => topK(1.5), 'topK: `k` must be a whole number of 1 or more, got 1.5.'],
    ])('says what is wrong: %#', (make, message) => {
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    })
  })

  describe('topK', () => {
    it('keeps the k largest, and keeps them again', () => {
      const values = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 8, maxLength: 8 })
      fc.assert(
        fc.property(values, fc.integer({ min: 1, max: 10 }), (values, k) => {
          const g = values.map((n, i) => (i % 2 ? n : -n))
          const largest = [g.slice(0, 4), g.slice(4)].flatMap((row) => {
            const limit = row.map(Math.abs).toSorted((a, b) => b - a)[Math.min(k, 4) - 1]!
            return row.map((n) => (Math.abs(n) >= limit ? n : 0))
          })
          const once = updatesOf(topK(k), tensor2d(g, [2, 4]))
          expect(once.map((n) => n + 0)).toEqual(largest)
          expect(updatesOf(topK(k), tensor2d(once, [2, 4]))).toEqual(once)
        }),
      )
    })

    it('takes a tensor of rank 0 or 1 for one example, an empty one as it is, and lets NaN show', () => {
      expect(updatesOf(topK(1), tensor1d([1, 3, -2]))).toBeAllClose([0, 3, 0])
      expect(updatesOf(topK(1), tensor(5))).toEqual([5])
      expect(updatesOf(topK(1), zeros([0, 3]))).toEqual([])
      expect(updatesOf(topK(1), nan())[0]).toBeNaN()
    })
  })

  describe('guidedBackprop', () => {
    it('is g ⊙ 1[g > 0] ⊙ 1[y > 0] with a ReLU, on either side of it, and lets NaN show', () => {
      const [y, g] = [numbersOf([40], 1), numbersOf([40], 2)]
      const expected = tidy(() => {
        const [ys, gs] = [y.dataSync(), g.dataSync()]
        return Array.from(gs, (n, i) => (n > 0 && ys[i]! > 0 ? n : 0))
      })
      const tx = guidedBackprop()
      expect(gradOf((y) => transformGradient(relu(y), tx), y, g)).toBeAllClose(expected, { atol: 0 })
      expect(gradOf((y) => relu(transformGradient(y, tx)), y, g)).toBeAllClose(expected, { atol: 0 })
      expect(updatesOf(tx, nan())[0]).toBeNaN()
    })
  })

  describe('straightThrough and surrogate', () => {
    it('compute f, and what f returns without having made it', () => {
      const x = tensor1d([-0.4, 0.6, 2.7])
      expect(Array.from(straightThrough(round)(x).dataSync())).toBeAllClose([0, 1, 3])
      expect(Array.from(surrogate(spike)(x).dataSync())).toEqual([0, 1, 1])
      const same = straightThrough((x) => x)(x)
      same.dispose()
      expect(x.isDisposed).toBe(false)
      expect(gradOf(straightThrough(round), x, 2)).toEqual([2, 2, 2])
      expect(gradOf(straightThrough(round, { within: 0.6 }), tensor1d([-0.7, -0.5, 0.5, 0.7]))).toEqual([0, 1, 1, 0])
      expect(gradOf(surrogate(spike, { derivative: (x) => mul(x, 10) }), tensor1d([1, 2]))).toEqual([10, 20])
    })

    it.each([
      [() => straightThrough(round, { within: 0 }), 'straightThrough: `within` must be above 0, got 0.'],
      [() => surrogate(spike, { slope: 0 }), 'surrogate: `slope` must be a finite number above 0, got 0.'],
      [
        () => surrogate(spike, { derivative: 'triangle' as 'arctan' }),
        "surrogate: `derivative` must be one of 'fastSigmoid', 'arctan' or a function, got 'triangle'.",
      ],
    ])('say what is wrong: %#', (make, message) => {
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    })

    it('refuse a function that changes the shape, and input without a gradient, and leak nothing', () => {
      expectNoLeak(() => {
        const [x, whole] = [tensor1d([1, 2]), tensor1d([1, 2], 'int32')]
        const shape = expect.objectContaining({ code: 'SHAPE_MISMATCH' })
        expect(() => straightThrough((x) => sum(x))(x)).toThrow(shape)
        expect(() => valueAndGrad((x: Tensor) => straightThrough((y) => sum(y))(x) as Scalar)(x)).toThrow(shape)
        expect(() => surrogate(spike)(whole)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
        disposeTree([x, whole])
      })
    })
  })

  it('none of them reads a value back, and none leaks', () => {
    expectNoLeak(() => {
      const g = numbersOf([2, 4, 3, 2], 1)
      const reads = [vi.spyOn(backend(), 'read'), vi.spyOn(backend(), 'readSync')]
      const rules = new Set(vectors.rules.map(({ name, args }) => JSON.stringify({ name, args })))
      for (const rule of rules) {
        disposeTree(valueAndGrad((x: Tensor) => sum(made(JSON.parse(rule))(x)) as Scalar)(g))
      }
      const [dropped] = dropoutGradient(0.5).update(g, { count: 0 })
      expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0])
      disposeTree([g, dropped])
    })
  })
})
