/**
 * Ones for `kept` positions of each sample and set, drawn without replacement, and zeros for the others, as the numbers
 * of a tensor `[batch, positions, sets]`. `key` chooses them.
 */
export function chooseRandomly(
  key: string,
  [batch, positions, sets]: readonly [number, number, number],
  kept: number,
): Float32Array {
  const below = randomBelow(key)
  const chosen = new Float32Array(batch * positions * sets)
  const order = Uint32Array.from({ length: positions }, (_, i) => i)
  for (let sample = 0; sample < batch; sample++) {
    for (let set = 0; set < sets; set++) {
      // The first steps of a Fisher-Yates shuffle. It may start from any order, so from that of the last draw.
      for (let i = 0; i < Math.min(kept, positions); i++) {
        const j = i + below(positions - i)
        const position = order[j] ?? 0
        order[j] = order[i] ?? 0
        order[i] = position
        chosen[(sample * positions + position) * sets + set] = 1
      }
    }
  }
  return chosen
}

/** Whole numbers from 0 to below n, from sfc32 (Doty-Humphrey 2010), whose state a hash of the key starts. */
function randomBelow(key: string): (n: number) => number {
  let [a, b, c, count] = [hash(`a${key}`), hash(`b${key}`), hash(`c${key}`), 1]
  const next = (): number => {
    const sum = (a + b + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let i = 0; i < 15; i++) next()
  return (n) => Math.floor((next() * n) / 2 ** 32)
}

/** FNV-1a in 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (const char of text) h = Math.imul(h ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return h
}
