/** A stream of numbers in [0, 1) that is the same on every machine (mulberry32, public domain). */
export function createUniform(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A direction that moves every number by the same amount, up or down by chance. */
export function randomSigns(size: number, uniform: () => number): Float32Array {
  return Float32Array.from({ length: size }, () => (uniform() < 0.5 ? -1 : 1))
}
