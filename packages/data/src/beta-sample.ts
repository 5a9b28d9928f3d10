import { exp, log } from './portable-math.ts'
import type { RandomStream } from './random-stream.ts'

/**
 * A draw from Beta(alpha, alpha), 0 to 1: `X / (X + Y)` of two Gamma(alpha) draws, by their logarithms, which do not
 * underflow where small alphas do.
 */
export function betaSample(alpha: number, random: RandomStream): number {
  const difference = logGammaSample(alpha, random) - logGammaSample(alpha, random)
  const small = exp(-Math.abs(difference))
  return (difference > 0 ? 1 : small) / (1 + small)
}

/** Logarithm of a draw from Gamma(alpha, 1): Marsaglia and Tsang 2000, with their step down for alpha below 1. */
function logGammaSample(alpha: number, random: RandomStream): number {
  if (alpha < 1) return logGammaSample(alpha + 1, random) + log(uniform(random)) / alpha
  const d = alpha - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    if (log(uniform(random)) < 0.5 * x * x + d - d * v + d * log(v)) return log(d) + log(v)
  }
}

/** A draw from the standard normal distribution, by Marsaglia's polar method. */
function normal(random: RandomStream): number {
  for (;;) {
    const x = random.between(-1, 1)
    const y = random.between(-1, 1)
    const s = x * x + y * y
    if (s > 0 && s < 1) return x * Math.sqrt((-2 * log(s)) / s)
  }
}

/** Never 0, whose logarithm is infinite. */
function uniform(random: RandomStream): number {
  return (random.uint32() + 0.5) * 2 ** -32
}
