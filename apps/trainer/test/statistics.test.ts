import { readVectors } from '@gg/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { studentTLimit, studentTTails } from '../src/statistics/student-t.ts'
import { holm, sampleOf, welchTest } from '../src/statistics/welch.ts'

interface Vectors {
  readonly tests: readonly {
    readonly a: readonly number[]
    readonly b: readonly number[]
    readonly t: number
    readonly df: number
    readonly p: number
    readonly low: number
    readonly high: number
  }[]
  readonly tails: readonly { readonly t: number; readonly df: number; readonly p: number }[]
  readonly quantiles: readonly { readonly t: number; readonly df: number }[]
  readonly holm: { readonly p: readonly number[]; readonly adjusted: readonly number[] }
}

const vectors = readVectors<Vectors>('compare-welch')
// Float64 on both sides; the smallest p is 1e-75 or so and is compared by its digits.
const digits = { rtol: 1e-9, atol: 0 }

describe('statistics, against SciPy', () => {
  it('Student t: tails and limits', () => {
    expect(vectors.tails.map(({ t, df }) => studentTTails(t, df))).toBeAllClose(
      vectors.tails.map(({ p }) => p),
      digits,
    )
    expect(vectors.quantiles.map(({ df }) => studentTLimit(0.05, df))).toBeAllClose(
      vectors.quantiles.map(({ t }) => t),
      digits,
    )
  })

  it.each(vectors.tests)('Welch: $a and $b', ({ a, b, t, df, p, low, high }) => {
    const found = welchTest(sampleOf(a), sampleOf(b))
    expect([found?.t, found?.df, found?.p, ...(found?.interval ?? [])] as number[]).toBeAllClose(
      [t, df, p, low, high],
      digits,
    )
  })

  it('Holm', () => expect(holm(vectors.holm.p)).toBeAllClose(vectors.holm.adjusted, digits))
})

describe('welchTest', () => {
  it('says nothing of a single number, or without any spread', () => {
    expect(welchTest(sampleOf([1]), sampleOf([2, 3]))).toBeUndefined()
    expect(welchTest(sampleOf([1, 2]), sampleOf([3]))).toBeUndefined()
    expect(welchTest(sampleOf([1, 1]), sampleOf([2, 2]))).toBeUndefined()
  })

  it('turns around with its samples, and does not care about a common shift or scale', () => {
    const numbers = fc
      .array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 6 })
      .map((array) => array.map((x) => x / 1000))
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        fc.pre(sampleOf(a).deviation > 0 && sampleOf(b).deviation > 0)
        const one = welchTest(sampleOf(a), sampleOf(b))
        const turned = welchTest(sampleOf(b), sampleOf(a))
        expect(turned?.difference).toBeCloseTo(-(one?.difference ?? 0), 12)
        expect(turned?.p).toBeCloseTo(one?.p ?? 0, 9)
        const moved = welchTest(sampleOf(a.map((x) => 3 * x + 5)), sampleOf(b.map((x) => 3 * x + 5)))
        expect(moved?.p).toBeCloseTo(one?.p ?? 0, 6)
        expect(one?.p).toBeGreaterThanOrEqual(0)
        expect(one?.p).toBeLessThanOrEqual(1)
      }),
    )
  })
})
