import type { Tensor } from '@tensorflow/tfjs-core'
import type { ExpectationResult } from './expectation-result.ts'

/** How far apart two numbers may be: `|actual - expected| <= atol + rtol * |expected|`, as in NumPy. */
export interface Tolerance {
  /** Relative part; 1e-5 unless the case says why not. */
  readonly rtol?: number
  /** Absolute part, for expected values near 0; 1e-6 unless the case says why not. */
  readonly atol?: number
}

type Numbers = Tensor | ArrayLike<number> | readonly Numbers[]

/**
 * Vitest matcher: all numbers of `actual` (a tensor, an array, nested arrays) are close to those of `expected`.
 * NaN is close to NaN only and an infinity to itself only; tfjs' own `expectArraysClose` lets both pass.
 */
export function toBeAllClose(
  actual: Numbers,
  expected: Numbers,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
): ExpectationResult {
  const a = flat(actual)
  const e = flat(expected)
  if (a.length !== e.length) return { pass: false, message: () => `expected ${e.length} numbers, got ${a.length}` }
  let worst = -1
  let worstExcess = 0
  for (let i = 0; i < a.length; i++) {
    const excess = excessOf(a[i] as number, e[i] as number, rtol, atol)
    if (excess > worstExcess) {
      worst = i
      worstExcess = excess
    }
  }
  return {
    pass: worst < 0,
    message: () =>
      worst < 0
        ? `expected numbers not to be close (rtol ${rtol}, atol ${atol})`
        : `number ${worst} of ${a.length}: expected ${e[worst]}, got ${a[worst]} (rtol ${rtol}, atol ${atol})`,
  }
}

/** By how much a number is further away than the tolerance lets it. */
function excessOf(a: number, e: number, rtol: number, atol: number): number {
  if (Object.is(a, e) || a === e) return 0
  if (!Number.isFinite(a) || !Number.isFinite(e)) return Number.POSITIVE_INFINITY
  return Math.abs(a - e) - atol - rtol * Math.abs(e)
}

function flat(numbers: Numbers): readonly number[] {
  if (isTensor(numbers)) return Array.from(numbers.dataSync())
  return Array.from(numbers as ArrayLike<Numbers | number>).flatMap((x) => (typeof x === 'number' ? [x] : flat(x)))
}

function isTensor(x: unknown): x is Tensor {
  return typeof x === 'object' && x !== null && 'dataId' in x
}

declare module 'vitest' {
  interface Matchers<T> {
    toBeAllClose(expected: Numbers, tolerance?: Tolerance): void
  }
}
