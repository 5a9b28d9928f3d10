/** Seeded random numbers from integer arithmetic alone, so that every engine draws the same ones: xoshiro128**. */
export interface RandomStream {
  /** A whole number from 0 to 2^32 - 1. */
  readonly uint32: () => number
  /** A whole number from 0 to `n - 1`, each equally likely; `n` from 1 to 2^32. */
  readonly below: (n: number) => number
  /** A number in `[low, high)`. */
  readonly between: (low: number, high: number) => number
}

/**
 * The stream that belongs to `key`: one or more whole numbers from 0 to 2^53 - 1. Keys that differ in their last number
 * only (the images of a set, the epochs of a run) never share a start, and streams of different keys are unrelated.
 *
 * The generator is xoshiro128** (Blackman and Vigna 2018), started from a hash of the key.
 */
export function randomStream(...key: readonly number[]): RandomStream {
  return xoshiro128(hashKey(key))
}

/** xoshiro128** from the four words of its state, which must not all be 0. */
export function xoshiro128([s0, s1, s2, s3]: readonly [number, number, number, number]): RandomStream {
  let a = s0
  let b = s1
  let c = s2
  let d = s3
  const uint32 = (): number => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  const below = (n: number): number => {
    // 2^32 is seldom a multiple of n: without this cut the first 2^32 % n numbers would come up too often.
    const limit = 2 ** 32 - (2 ** 32 % n)
    let x = uint32()
    while (x >= limit) x = uint32()
    return x % n
  }
  const between = (low: number, high: number): number => low + uint32() * 2 ** -32 * (high - low)
  return { uint32, below, between }
}

/** Four lanes, each a bijection of every word of the key: 128 bits, because 60,000 images would collide in 32. */
function hashKey(key: readonly number[]): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] // digits of pi
  for (const part of key) {
    for (const word of [Math.floor(part / 2 ** 32), part]) {
      lanes[0] = mix(lanes[0] ^ word, 0x9e3779b9)
      lanes[1] = mix(lanes[1] ^ word, 0x7f4a7c15)
      lanes[2] = mix(lanes[2] ^ word, 0xf39cc060)
      lanes[3] = mix(lanes[3] ^ word, 0x5cedc834)
    }
  }
  if ((lanes[0] | lanes[1] | lanes[2] | lanes[3]) === 0) lanes[0] = 1
  return lanes
}

/** The finalizer of MurmurHash3, with an addition that sets the lanes apart. */
function mix(word: number, lane: number): number {
  let h = (word + lane) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
