import { logarithm } from './logarithm.ts'
import { ModelError } from './model-error.ts'

/** A stream of random numbers. The same seed and name give the same numbers on every machine, backend and engine. */
export interface Random {
  /** The next number of the uniform distribution on [0, 1), a multiple of 2⁻²⁴ and so exact in float32. */
  uniform(): number
  /** The next number of the normal distribution with mean 0 and variance 1. */
  normal(): number
}

/**
 * Makes a stream of random numbers from a seed, and a name so that each parameter has a stream of its own: a layer more
 * or less leaves the others' initial weights as they were.
 *
 * Uniform numbers come from xoshiro128** (Blackman and Vigna 2018) in 32-bit integers, normal ones from the polar
 * method (Marsaglia 1964). Only + - × ÷ and √ take part, which IEEE 754 rounds in one way, where `Math.log` and
 * `Math.cos` may differ between engines in the last bit.
 *
 * @param seed - A whole number from 0 to 2⁵³ - 1.
 * @param name - Of the stream, such as `conv1/kernel`; empty by default.
 * @throws ModelError `INVALID_ARGUMENT` for another seed.
 *
 * @example
 * ```ts
 * import { createRandom } from '@gg/models'
 *
 * const [a, b] = [createRandom(1, 'kernel'), createRandom(1, 'kernel')]
 * console.log(a.uniform() === b.uniform(), a.normal() === b.normal()) // → true true
 * ```
 */
export function createRandom(seed: number, name = ''): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `createRandom: \`seed\` must be a whole number from 0 to 2^53 - 1, got ${seed}.`,
    )
  }
  const next = xoshiro128(seedWords(seed, name))
  const uniform = (): number => (next() >>> 8) / 0x1000000
  let spare: number | undefined
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    // A point of the unit disc, neither on its rim nor in its centre; 21 % of the square's points fall outside.
    let [u, v, s] = [0, 0, 0]
    do {
      u = 2 * uniform() - 1
      v = 2 * uniform() - 1
      s = u * u + v * v
    } while (s >= 1 || s === 0)
    const stretch = Math.sqrt((-2 * logarithm(s)) / s)
    spare = v * stretch
    return u * stretch
  }
  return { uniform, normal }
}

type Words = readonly [number, number, number, number]

/** xoshiro128** 1.1: period 2¹²⁸ - 1, state of four words that are not all zero. */
export function xoshiro128(words: Words): () => number {
  let [a, b, c, d] = words
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotated(d, 11)
    return result
  }
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

/** Four words of seed and name: FNV-1a takes the bytes in, murmur3's finalizer spreads them. */
function seedWords(seed: number, name: string): Words {
  const units = [
    seed >>> 0,
    Math.floor(seed / 0x100000000),
    ...Array.from(name, (letter) => letter.codePointAt(0) ?? 0),
  ]
  let hash = 0x811c9dc5
  for (const unit of units) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((unit >>> shift) & 0xff), 0x01000193)
  }
  const word = (i: number): number => spread((hash + Math.imul(i, 0x9e3779b9)) | 0)
  // Spreading maps one word in 2³² to 0, so at most one of four different ones is 0.
  return [word(1), word(2), word(3), word(4)]
}

function spread(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}
