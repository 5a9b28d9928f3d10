import {
  chain,
  disposeTree,
  type EmptyState,
  type GradientTransformation,
  injectHyperparams,
  statelessWithTreeMap,
} from '@gg/core'
import { gate } from '@gg/gating'
import {
  flowSensitivity,
  type LateralMaskOptions,
  lateralMask,
  lateralMaskFactor,
  type MaskOptions,
  magnitudeMask,
  randomMask,
  trackKeptFraction,
} from '@gg/lateral-mask'
import { expectNoLeak, numbersOf, onBackends } from '@gg/testing'
import { add, backend, mul, type Rank, reshape, slice, tensor1d, tidy, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it, vi } from 'vitest'
import { everyOption, read } from './masks.ts'

onBackends(() => {
  describe('lateralMask in use', () => {
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
})
