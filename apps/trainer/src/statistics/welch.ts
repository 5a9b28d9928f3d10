import { studentTLimit, studentTTails } from './student-t.ts'

/** What a few numbers have in common. */
export interface Sample {
  /** How many there are. */
  readonly count: number
  readonly mean: number
  /** The standard deviation, with count - 1 in the denominator; NaN for a single number. */
  readonly deviation: number
}

/** What Welch's t-test says of two samples. */
export interface WelchTest {
  /** The mean of the second sample minus that of the first. */
  readonly difference: number
  /** Where the true difference lies, by a procedure that is right 95 times of 100. */
  readonly interval: readonly [low: number, high: number]
  /** The statistic. */
  readonly t: number
  /** Degrees of freedom after Welch and Satterthwaite. */
  readonly df: number
  /** How often samples of one distribution are as far apart, or farther. */
  readonly p: number
}

/** Mean and standard deviation. */
export function sampleOf(values: readonly number[]): Sample {
  const count = values.length
  const mean = values.reduce((sum, x) => sum + x, 0) / count
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return { count, mean, deviation: Math.sqrt(squares / (count - 1)) }
}

/**
 * Whether two samples differ by more than their spread explains, without the assumption that they spread alike.
 *
 *     t = (mean b - mean a) / √(s_a²/n_a + s_b²/n_b)          Welch (1947), with two tails
 *
 * The numbers of a sample are taken for independent and about normal, which accuracies over seeds are.
 *
 * @returns nothing where a sample has fewer than two numbers, or neither sample has a spread
 */
export function welchTest(a: Sample, b: Sample): WelchTest | undefined {
  if (a.count < 2 || b.count < 2) return undefined
  const [va, vb] = [a.deviation ** 2 / a.count, b.deviation ** 2 / b.count]
  const error = Math.sqrt(va + vb)
  if (!(error > 0)) return undefined
  const difference = b.mean - a.mean
  const t = difference / error
  const df = (va + vb) ** 2 / (va ** 2 / (a.count - 1) + vb ** 2 / (b.count - 1))
  const reach = studentTLimit(0.05, df) * error
  return { difference, interval: [difference - reach, difference + reach], t, df, p: studentTTails(t, df) }
}

/**
 * Makes up for looking at several comparisons at once: the smallest p is multiplied by their number, the next one by one
 * less, and so on, never falling below the one before nor rising above 1 (Holm 1979).
 *
 * @returns the adjusted p values, in the order given
 */
export function holm(p: readonly number[]): readonly number[] {
  const order = [...p.keys()].sort((i, j) => (p[i] ?? 0) - (p[j] ?? 0))
  const adjusted = [...p]
  let floor = 0
  for (const [rank, i] of order.entries()) {
    floor = Math.min(1, Math.max(floor, (p.length - rank) * (p[i] ?? 0)))
    adjusted[i] = floor
  }
  return adjusted
}
