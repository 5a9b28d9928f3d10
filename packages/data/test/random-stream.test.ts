import { describe, expect, it } from 'vitest'
// Not part of the face: everything seeded stands on it, so it is held to its authors' numbers here.
import { randomStream, xoshiro128 } from '../src/random-stream.ts'

describe('xoshiro128', () => {
  it("draws the numbers of the authors' C program from the state 1, 2, 3, 4", () => {
    const { uint32 } = xoshiro128([1, 2, 3, 4])
    expect(Array.from({ length: 10 }, uint32)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })

  it('draws below n without modulo bias', () => {
    // Of 2^32 words, 3 * 2^30 can be kept for n = 3 * 2^30. A bare `% n` would put half of all draws below 2^30.
    const { below } = randomStream(1)
    const draws = Array.from({ length: 30_000 }, () => below(3 * 2 ** 30))
    const low = draws.filter((x) => x < 2 ** 30).length / draws.length
    expect(low).toBeGreaterThan(0.32)
    expect(low).toBeLessThan(0.347)
    expect(Math.max(...draws)).toBeLessThan(3 * 2 ** 30)
  })
})

describe('randomStream', () => {
  it('never gives two keys one start', () => {
    const starts = new Set<string>()
    const start = (...key: readonly number[]) => {
      const { uint32 } = randomStream(...key)
      return `${uint32()} ${uint32()} ${uint32()} ${uint32()}`
    }
    for (let i = 0; i < 10_000; i++)
      starts
        .add(start(0, i))
        .add(start(i + 1, 0))
        .add(start(0, i + 2 ** 32))
    expect(starts.size).toBe(30_000)
  })

  it('has bits that are set half of the time, in the first draw of neighbouring keys too', () => {
    const counts = new Array<number>(32).fill(0)
    for (let i = 0; i < 10_000; i++) {
      const word = randomStream(5, i).uint32()
      for (let bit = 0; bit < 32; bit++) counts[bit]! += (word >>> bit) & 1
    }
    for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(250) // 5 standard deviations
  })
})
