import fc from 'fast-check'
import { expect, it } from 'vitest'
// Not part of the face: the weights of mixup stand on it.
import { exp, log } from '../src/portable-math.ts'

it('log is the natural logarithm', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))))
    }),
    { numRuns: 2000 },
  )
  expect(log(1)).toBe(0)
})

it('exp is the exponential of what is not positive', () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(2e-13)
    }),
    { numRuns: 2000 },
  )
  expect([exp(0), exp(-1000)]).toEqual([1, 0])
})
