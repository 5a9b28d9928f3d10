import { type LateralMaskOptions, logKernel } from '@gg/lateral-mask'
import { onBackends } from '@gg/testing'
import { tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { read, total } from './masks.ts'

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
})
