/**
 * The natural logarithm of a number in (0, 1], within 1e-15 of the true one and the same bits on every engine, which
 * ECMAScript does not promise of `Math.log`.
 *
 *     x = m · 2ᵉ with m in [1/√2, √2),   ln x = e·ln 2 + 2·(s + s³/3 + s⁵/5 + ...),   s = (m - 1)/(m + 1)
 */
export function logarithm(x: number): number {
  let mantissa = x
  let exponent = 0
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2
    exponent--
  }
  const s = (mantissa - 1) / (mantissa + 1)
  const square = s * s
  // |s| < 0.172, so that the first term left out is below 1e-17.
  let series = 0
  for (let n = 21; n >= 1; n -= 2) series = series * square + 1 / n
  return exponent * Math.LN2 + 2 * s * series
}
