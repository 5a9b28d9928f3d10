/**
 * The probability that a number of Student's t distribution lies as far from 0 as `t`, or farther, on either side.
 *
 *     P(|T| ≥ t) = I_x(df/2, 1/2),   x = df / (df + t²)
 *
 * with the regularized incomplete beta function I by its continued fraction (DLMF 8.17.22), evaluated from the front after
 * Lentz. Right to about 12 digits.
 *
 * @param t - Any number.
 * @param df - Degrees of freedom, above 0; need not be whole.
 */
export function studentTTails(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5)
}

/**
 * How far from 0 a number of Student's t distribution has to lie for `studentTTails` to be `p`: by halving an interval.
 *
 * @param p - Above 0, at most 1; 0.05 for the middle 95 %.
 * @param df - Degrees of freedom, above 0.
 */
export function studentTLimit(p: number, df: number): number {
  let low = 0
  let high = 1
  while (studentTTails(high, df) > p) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (studentTTails(middle, df) > p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1
  // The fraction converges fast on this side of the mean only; the other side follows by symmetry.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  let [f, c, d] = [1, 1, 0]
  for (let i = 0; i < 500; i++) {
    const m = Math.floor(i / 2)
    const numerator =
      i === 0
        ? 1
        : i % 2 === 0
          ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
          : -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFrom0(1 + numerator * d)
    c = awayFrom0(1 + numerator / c)
    const factor = c * d
    f *= factor
    if (Math.abs(factor - 1) < 1e-15) break
  }
  return front * (f - 1)
}

function awayFrom0(value: number): number {
  return Math.abs(value) < 1e-30 ? 1e-30 : value
}

// Lanczos' approximation with g = 7 and 9 terms, as Godfrey computed them.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

function logGamma(x: number): number {
  const z = x - 1
  const sum = LANCZOS.reduce((total, term, i) => total + (i === 0 ? term : term / (z + i)), 0)
  const base = z + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(base) - base + Math.log(sum)
}
