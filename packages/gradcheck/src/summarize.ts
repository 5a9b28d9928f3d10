import type { Summary } from './circuit.ts'

const BINS = 16

/** What is remembered of a tensor's numbers. */
export function summarize(data: ArrayLike<number>, shape: readonly number[], dtype: string, keep: number): Summary {
  const numbers = Array.from(data)
  const finite = numbers.filter(Number.isFinite)
  const min = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const max = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const histogram = new Array<number>(BINS).fill(0)
  for (const x of finite) {
    const bin = max === min ? BINS >> 1 : Math.min(BINS - 1, Math.floor(((x - min) / (max - min)) * BINS))
    histogram[bin] = (histogram[bin] ?? 0) + 1
  }
  return {
    shape: [...shape],
    dtype,
    values: numbers.length <= keep ? numbers : undefined,
    norm: Math.sqrt(numbers.reduce((total, x) => total + x * x, 0)),
    min: finite.length === 0 ? Number.NaN : min,
    max: finite.length === 0 ? Number.NaN : max,
    histogram,
  }
}
