/*
 * Engines may round `Math.log` and `Math.exp` differently. These use `+ - * /` of float64 alone, which IEEE 754 defines to
 * the last bit, and are right to about 2e-16 of their value, the exponential of far negative numbers to 2e-13.
 */

/** Natural logarithm of a positive number. */
export function log(x: number): number {
  let mantissa = x
  let exponent = 0
  for (; mantissa > Math.SQRT2; mantissa /= 2) exponent++
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent--
  // log m = 2 artanh s with s = (m - 1) / (m + 1), at most 0.172: its 12th term is below 1e-18.
  const s = (mantissa - 1) / (mantissa + 1)
  const s2 = s * s
  let sum = 0
  for (let k = 23; k >= 1; k -= 2) sum = sum * s2 + 1 / k
  return exponent * Math.LN2 + 2 * s * sum
}

/** e to the power of a number that is at most 0. */
export function exp(x: number): number {
  if (x < -745) return 0
  const halvings = Math.round(-x / Math.LN2)
  const rest = x + halvings * Math.LN2
  let sum = 1
  for (let k = 18; k >= 1; k--) sum = 1 + (sum * rest) / k
  for (let k = 0; k < halvings; k++) sum /= 2
  return sum
}
