import {
  chain,
  disposeTree,
  type EmptyState,
  featureSite,
  type GradientTransformation,
  injectHyperparams,
  masked,
  statelessWithTreeMap,
  valueAndGrad,
} from '@gg/core'
import { gate } from '@gg/gating'
import {
  flowSensitivity,
  type LateralMaskOptions,
  lateralMask,
  lateralMaskFactor,
  logKernel,
  type MaskOptions,
  magnitudeMask,
  randomMask,
  trackKeptFraction,
} from '@gg/lateral-mask'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  backend,
  concat,
  fill,
  mean,
  mul,
  ones,
  onesLike,
  type Rank,
  reshape,
  type Scalar,
  slice,
  sum,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { numbersOf } from './numbers-of.ts'

/** The numbers of a new tensor, which is disposed. */
const read = (made: Tensor): number[] => {
  const numbers = Array.from(made.dataSync())
  made.dispose()
  return numbers
}
const maskOf = (g: Tensor, options?: LateralMaskOptions) =>
  read(tidy(() => mul(lateralMaskFactor(g, options), onesLike(g))))
const keptOf = (g: Tensor, options?: LateralMaskOptions) => read(tidy(() => mean(lateralMaskFactor(g, options))))[0]!
const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

const everyOption: readonly LateralMaskOptions[] = ([1, 2, 'channels'] as const).flatMap((sets) =>
  [{ std: 0.5 }, { absolute: 0.2 }, { keep: 0.3 }].flatMap((threshold) =>
    (['reflect', 'zero'] as const).flatMap((padding) =>
      [true, false].map((zeroSum) => ({ sets, threshold, padding, zeroSum }) as const),
    ),
  ),
)
const seeds = fc.integer({ min: 1, max: 60_000 })
const options = fc.constantFrom(...everyOption)

onBackends(() => {
  describe('logKernel', () => {
    const sums = (options: LateralMaskOptions) => {
      const numbers = read(logKernel({ zeroSum: false, ...options }))
      return [total(numbers), numbers[(numbers.length - 1) / 2]!] as const
    }

    it('has the facts that steer the defaults', () => {
      const [cut, centre] = sums({ kernelSize: 5 })
      expect([cut, cut / centre]).toBeAllClose([-0.149, 0.47], { rtol: 0, atol: 5e-3 }) // as many digits as are given
      const [default7, centre7] = sums({})
      expect(default7 / centre7).toBeCloseTo(0.026, 3)
      const [sharp, centreSharp] = sums({ kernelSize: 5, sigma: 0.8 })
      expect(sharp / centreSharp).toBeCloseTo(0.047, 3)
      expect(read(logKernel({ kernelSize: 5, sigma: 11, zeroSum: false })).every((n) => n < 0)).toBe(true)
    })

    it('sums to 0 unless told otherwise', () => {
      for (const sigma of [0.3, 0.8, 1, 2.5]) {
        const numbers = read(logKernel({ sigma }))
        expect(total(numbers) / Math.min(...numbers)).toBeCloseTo(0, 6)
      }
    })

    it('is the smallest odd size that holds three sigmas on each side', () => {
      const sizes = [1 / 3, 0.5, 0.8, 1, 1.1, 4 / 3, 2].map((sigma) => tidy(() => logKernel({ sigma }).shape[0]))
      expect(sizes).toEqual([3, 5, 7, 7, 9, 9, 13])
    })
  })

  describe('lateralMask', () => {
    it('multiplies by 0 and 1 only, so a mask applied twice is the mask applied once', () => {
      fc.assert(
        fc.property(seeds, options, (seed, o) => {
          const g = numbersOf<Rank.R4>([2, 6, 5, 4], seed)
          const mask = maskOf(g, o)
          expect(mask.every((m) => m === 0 || m === 1)).toBe(true)
          const [once] = lateralMask(o).update(g, {})
          expect(once).toBeAllClose(tidy(() => mul(g, reshape(mask, [2, 6, 5, 4]))))
          expect(read(mul(once, reshape(mask, [2, 6, 5, 4])))).toEqual(Array.from(once.dataSync()))
          disposeTree([g, once])
        }),
        { numRuns: 40 },
      )
    })

    it('makes another mask of the gradient it has masked', () => {
      const g = numbersOf<Rank.R4>([1, 8, 8, 2], 1)
      const keep = { threshold: { keep: 0.5 } }
      const [once] = lateralMask(keep).update(g, {})
      expect(maskOf(once, keep)).not.toEqual(maskOf(g, keep))
      // Where nothing but the size counts, the largest stay the largest.
      const [large] = magnitudeMask(keep).update(g, {})
      expect(read(magnitudeMask(keep).update(large, {})[0])).toEqual(Array.from(large.dataSync()))
    })

    it('does not care how large the gradient is, with a relative threshold', () => {
      fc.assert(
        fc.property(seeds, options, fc.integer({ min: -40, max: 40 }), (seed, o, exponent) => {
          const threshold = o.threshold !== undefined && 'absolute' in o.threshold ? { std: 1 } : o.threshold!
          const g = numbersOf<Rank.R4>([2, 6, 5, 4], seed)
          // A power of two scales without rounding, so not a single decision may change.
          const scaled = tidy(() => mul(g, 2 ** exponent))
          expect(maskOf(scaled, { ...o, threshold })).toEqual(maskOf(g, { ...o, threshold }))
          disposeTree([g, scaled])
        }),
        { numRuns: 40 },
      )
    })

    it('goes over to a mask of zeros as gradients shrink under an absolute threshold', () => {
      const g = numbersOf<Rank.R4>([1, 8, 8, 4], 1)
      const kept = [100, 1, 0.1, 0.01].map((scale) => keptOf(mul(g, scale), { threshold: { absolute: 0.1 } }))
      expect(kept[0]).toBeGreaterThan(0.9)
      expect(kept).toEqual(kept.toSorted((a, b) => b - a))
      expect(kept[3]).toBe(0)
    })

    it('moves with the gradient, away from the borders', () => {
      const shift = fc.integer({ min: -2, max: 2 })
      fc.assert(
        fc.property(seeds, options, shift, shift, (seed, o, down, right) => {
          const patch = numbersOf<Rank.R4>([1, 6, 6, 4], seed)
          // On a canvas so wide that no kernel sees patch and border at once.
          const at = (top: number, left: number) =>
            tidy(() => {
              const [b, r] = [18 - 6 - top, 18 - 6 - left]
              const wide = concat([zeros([1, 6, left, 4]), patch, zeros([1, 6, r, 4])], 2)
              return concat([zeros([1, top, 18, 4]), wide, zeros([1, b, 18, 4])], 1) as Tensor4D
            })
          const masked = (top: number, left: number) =>
            read(
              tidy(() =>
                slice(lateralMask(o).update(at(top, left), {})[0] as Tensor4D, [0, top, left, 0], [1, 6, 6, 4]),
              ),
            )
          expect(masked(6 + down, 6 + right)).toEqual(masked(6, 6))
          patch.dispose()
        }),
        { numRuns: 40 },
      )
    })

    it('answers 0 to a flat map, so an absolute threshold shuts it and a relative one lets it pass', () => {
      fc.assert(
        fc.property(
          fc.float({ min: Math.fround(1e-6), max: 1e6, noNaN: true }),
          fc.integer({ min: 4, max: 9 }),
          (level, size) => {
            const flat = fill([1, size, size, 3], level)
            expect(total(maskOf(flat, { threshold: { absolute: 1e-30 } }))).toBe(0)
            expect(keptOf(flat)).toBe(1)
            expect(keptOf(flat, { threshold: { keep: 0.25 } })).toBe(1)
            // Without the subtraction a flat map answers.
            expect(total(maskOf(flat, { threshold: { absolute: 1e-30 }, zeroSum: false }))).toBe(size * size * 3)
            flat.dispose()
          },
        ),
        { numRuns: 40 },
      )
    })

    it('treats each channel as a map of its own per cell', () => {
      fc.assert(
        fc.property(seeds, fc.constantFrom({ std: 0.5 }, { absolute: 0.2 }, { keep: 0.3 }), (seed, threshold) => {
          const g = numbersOf<Rank.R4>([2, 6, 5, 3], seed)
          const channel = (c: number) => slice(g, [0, 0, 0, c], [2, 6, 5, 1])
          const one = tidy(() =>
            concat(
              [0, 1, 2].map((c) => lateralMaskFactor(channel(c), { threshold })),
              3,
            ).dataSync(),
          )
          expect(maskOf(g, { threshold, sets: 'channels' })).toEqual(Array.from(one))
          expect(maskOf(g, { threshold, sets: 3 })).toEqual(Array.from(one))
          g.dispose()
        }),
        { numRuns: 30 },
      )
    })

    it('gives the channels of a set one mask, and each sample its own', () => {
      const g = numbersOf<Rank.R4>([3, 6, 6, 6], 5)
      for (const o of everyOption.filter(({ sets }) => sets !== 'channels')) {
        const size = 6 / Number(o.sets)
        const mask = maskOf(g, o)
        expect(mask.every((m, i) => m === mask[i - (i % size)])).toBe(true)
        const second = slice(g, [1, 0, 0, 0], [1, 6, 6, 6])
        expect(maskOf(second, o)).toEqual(mask.slice(216, 432))
      }
    })

    it('keeps the fraction that is asked for', () => {
      const g = numbersOf<Rank.R4>([2, 10, 10, 4], 3)
      for (const keep of [0.01, 0.25, 0.333, 0.337, 1]) {
        for (const sets of [1, 2, 'channels'] as const) {
          expect(keptOf(g, { threshold: { keep }, sets })).toBeCloseTo(Math.round(100 * keep) / 100, 6)
        }
      }
      expect(keptOf(g, { threshold: { keep: 1e-9 } })).toBeCloseTo(0.01) // one position at least
    })

    it('lets NaN show, and lets it spread no further than its sample', () => {
      for (const o of everyOption) {
        const g = tidy(() => {
          const nan = tensor1d([Number.NaN, ...Array(2 * 6 * 5 * 4 - 1).fill(0)])
          return add(numbersOf([2, 6, 5, 4], 1), reshape(nan, [2, 6, 5, 4]))
        })
        const [updates] = lateralMask(o).update(g, {})
        const numbers = read(updates)
        expect(numbers[0], JSON.stringify(o)).toBeNaN()
        const sound = slice(numbersOf<Rank.R4>([2, 6, 5, 4], 1), [1, 0, 0, 0], [1, 6, 5, 4])
        expect(numbers.slice(120)).toEqual(read(lateralMask(o).update(sound, {})[0]))
      }
    })

    it('chains in any order with what is at the same site', () => {
      const half = statelessWithTreeMap((g) => mul(g, 0.5))
      const y = numbersOf<Rank.R4>([1, 6, 6, 2], 9, 2)
      const g = numbersOf<Rank.R4>([1, 6, 6, 2], 1)
      const run = (...txs: readonly GradientTransformation<EmptyState>[]) =>
        read(
          chain(...txs).update(
            g,
            txs.map(() => ({})),
            y,
          )[0],
        )
      expect(run(half, lateralMask())).toEqual(run(lateralMask(), half))
      const gatedFirst = run(gate(), lateralMask())
      const byHand = tidy(() => {
        const [gated] = gate().update(g, {}, y)
        return Array.from(mul(gated, lateralMaskFactor(gated)).dataSync())
      })
      expect(gatedFirst).toEqual(byHand)
      expect(run(lateralMask(), gate())).not.toEqual(gatedFirst)
    })

    it('warms up through injectHyperparams', () => {
      const g = numbersOf<Rank.R4>([1, 4, 4, 2], 3)
      const keep = (step: number) => Math.max(0.25, 1 - step / 4)
      const tx = injectHyperparams(({ keep }) => lateralMask({ threshold: { keep } }), { keep })
      let state = tx.init(g)
      const kept = [0, 1, 2, 3, 4].map(() => {
        const [updates, next] = tx.update(g, state)
        state = next
        return read(updates).filter((n) => n !== 0).length / g.size
      })
      expect(kept).toEqual([1, 0.75, 0.5, 0.25, 0.25])
    })

    it('reads no value back', () => {
      const g = numbersOf([2, 6, 5, 4], 2)
      const tracked = trackKeptFraction(lateralMask())
      const reads = [vi.spyOn(backend(), 'read'), vi.spyOn(backend(), 'readSync')]
      for (const o of everyOption) lateralMask(o).update(g, {})
      magnitudeMask().update(g, {})
      randomMask({ keep: 0.5 }).update(g, { count: 0 })
      tracked.update(g, tracked.init(g))
      flowSensitivity(g)
      expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0])
    })

    it.each([
      [{ sigma: 0 }, 'lateralMask: `sigma` must be a finite number above 0, got 0.'],
      [{ kernelSize: 4 }, 'lateralMask: `kernelSize` must be an odd whole number of 3 or more, got 4.'],
      [{ kernelSize: 1 }, 'lateralMask: `kernelSize` must be an odd whole number of 3 or more, got 1.'],
      [{ sets: 0 }, "lateralMask: `sets` must be a whole number of 1 or more or 'channels', got 0."],
      [{ sets: 1.5 }, "lateralMask: `sets` must be a whole number of 1 or more or 'channels', got 1.5."],
      [{ padding: 'same' }, "lateralMask: `padding` must be one of 'reflect', 'zero', got 'same'."],
      [{ threshold: { std: -1 } }, 'lateralMask: `threshold.std` must be a finite number of 0 or more, got -1.'],
      [{ threshold: { keep: 0 } }, 'lateralMask: `threshold.keep` must be above 0 and at most 1, got 0.'],
      [{ threshold: { keep: 1.1 } }, 'lateralMask: `threshold.keep` must be above 0 and at most 1, got 1.1.'],
      [
        { threshold: { absolute: Number.NaN } },
        'lateralMask: `threshold.absolute` must be a finite number of 0 or more, got NaN.',
      ],
      [{ threshold: {} }, 'lateralMask: `threshold` must be one of { std }, { absolute }, { keep }, got {}.'],
      [
        { threshold: { std: 1, keep: 0.5 } },
        'lateralMask: `threshold` must be one of { std }, { absolute }, { keep }, got {"std":1,"keep":0.5}.',
      ],
    ])('refuses %o', (options, message) => {
      const make = () => lateralMask(options as LateralMaskOptions)
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    })

    it('says what does not fit, and leaks nothing when it does', () => {
      expectNoLeak(() => {
        const code = 'SHAPE_MISMATCH'
        // The first leaf is fine and has been masked by the time the second is refused.
        const dense = { a: zeros([1, 4, 4, 6]), b: zeros([2, 3]) }
        const uneven = { a: zeros([1, 4, 4, 8]), b: zeros([1, 4, 4, 6]) }
        for (const make of [lateralMask, magnitudeMask, (o: MaskOptions) => randomMask({ keep: 0.5, ...o })]) {
          const name = { lateralMask: 'lateralMask', magnitudeMask: 'magnitudeMask' }[make.name] ?? 'randomMask'
          const tx = make({ sets: 4 })
          const state = { count: 0 }
          const four = { a: uneven.a, b: dense.b }
          expect(() => tx.update(four, state as never)).toThrow(
            expect.objectContaining({
              code,
              message: expect.stringMatching(`^${name}: a gradient must be .*got \\[2,3\\]`),
            }),
          )
          expect(() => tx.update(uneven, state as never)).toThrow(
            expect.objectContaining({
              code,
              message: expect.stringMatching(`^${name}: \`sets\` must divide .* got 4 sets for 6 channels`),
            }),
          )
        }
        expect(() => flowSensitivity(dense.b)).toThrow(expect.objectContaining({ code }))
        disposeTree([dense, uneven])
      })
    })
  })

  describe('randomMask', () => {
    const draw = (o: Parameters<typeof randomMask>[0], count = 0, shape: readonly number[] = [4, 8, 8, 6]) =>
      read(tidy(() => randomMask(o).update(ones([...shape]), { count })[0]))

    it('keeps exactly as many positions as asked for, in each sample and set', () => {
      const size = 6 / 3
      const mask = draw({ keep: 0.3, sets: 3 })
      for (let sample = 0; sample < 4; sample++) {
        for (let set = 0; set < 3; set++) {
          const own = mask.filter((_, i) => Math.floor(i / 384) === sample && Math.floor((i % 6) / size) === set)
          expect(total(own)).toBe(Math.round(0.3 * 64) * size)
        }
      }
      expect(mask.every((m, i) => m === mask[i - (i % size)])).toBe(true)
    })

    it('draws anew for each seed, update, path, sample and set', () => {
      const o = { keep: 0.5, seed: 3 }
      expect(draw(o)).toEqual(draw(o))
      expect(draw({ ...o, seed: 4 })).not.toEqual(draw(o))
      expect(draw(o, 1)).not.toEqual(draw(o))
      const [pair] = randomMask(o).update({ a: ones([1, 8, 8, 1]), b: ones([1, 8, 8, 1]) }, { count: 0 })
      expect(read(pair.a)).not.toEqual(read(pair.b))
      const perCell = draw({ ...o, sets: 'channels' })
      expect(perCell.filter((_, i) => i % 6 === 0)).not.toEqual(perCell.filter((_, i) => i % 6 === 1))
      expect(perCell.slice(0, 384)).not.toEqual(perCell.slice(384, 768))
    })

    it('favours no position', () => {
      const counts = Array<number>(16).fill(0)
      for (let count = 0; count < 100; count++) {
        for (const [i, m] of draw({ keep: 0.25 }, count, [16, 4, 4, 1]).entries()) counts[i % 16]! += m
      }
      // 1,600 draws of 1/4 each: 400 with a standard deviation of 17.3; five of them.
      for (const n of counts) expect(Math.abs(n - 400)).toBeLessThan(87)
    })

    it('counts backward passes at a site, whatever the size of the batch', () => {
      const site = featureSite(randomMask({ keep: 0.5 }))
      for (const batch of [3, 3, 1]) {
        disposeTree(valueAndGrad((y: Tensor) => sum(site(y)) as Scalar)(zeros([batch, 4, 4, 2])))
      }
      expect(site.state).toEqual({ count: 3 })
      site.dispose()
    })

    it.each([
      [{ keep: 0 }, 'randomMask: `keep` must be above 0 and at most 1, got 0.'],
      [{ keep: 0.5, seed: 0.5 }, 'randomMask: `seed` must be a whole number, got 0.5.'],
      [{ keep: 0.5, sets: -1 }, "randomMask: `sets` must be a whole number of 1 or more or 'channels', got -1."],
    ])('refuses %o', (o, message) => {
      expect(() => randomMask(o)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    })
  })

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

  describe('flowSensitivity', () => {
    it('is 0 on flat maps and on slopes away from the rim, and at the rim of a map of one row', () => {
      const slope = tidy(() =>
        reshape(
          Array.from({ length: 25 }, (_, i) => 3 * Math.floor(i / 5) - 2 * (i % 5)),
          [1, 5, 5, 1],
        ),
      )
      const inner = read(tidy(() => slice(flowSensitivity(slope), [0, 1, 1, 0], [1, 3, 3, 1])))
      expect(inner).toEqual(Array(9).fill(0))
      expect(total(read(flowSensitivity(fill([2, 3, 4, 2], 1.5))))).toBe(0)
      expect(read(flowSensitivity(tensor4d([1, 3, 0], [1, 1, 3, 1])))).toEqual([2, 5, 3])
    })
  })
})
