import { disposeTree } from '@gg/core'
import { lateralMask, lateralMaskFactor, magnitudeMask } from '@gg/lateral-mask'
import { numbersOf, onBackends } from '@gg/testing'
import { concat, fill, mul, type Rank, reshape, slice, type Tensor4D, tidy, zeros } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everyOption, keptOf, maskOf, options, read, seeds, total } from './masks.ts'

onBackends(() => {
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
  })
})
