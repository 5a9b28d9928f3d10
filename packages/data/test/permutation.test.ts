import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { permutation } from '../src/index.ts'
import { dataError } from './idx-file.ts'

describe('permutation', () => {
  it('is the same on every machine', () => {
    // From a second implementation, in Python with its unbounded integers.
    expect(permutation(8, 42).join(' ')).toBe('5 2 0 6 4 7 1 3')
    expect(permutation(10, 42, 3).join(' ')).toBe('2 5 0 4 8 9 6 3 7 1')
    expect(permutation(10, 2 ** 53 - 1, 2 ** 40 + 5).join(' ')).toBe('2 6 3 0 5 1 8 9 4 7')
  })

  it('holds every number once', () => {
    const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), seed, seed, (size, s, epoch) => {
        expect(Array.from(permutation(size, s, epoch)).sort((a, b) => a - b)).toEqual(
          Array.from({ length: size }, (_, i) => i),
        )
      }),
    )
  })

  it('gives each of the 24 orders of four equally often', () => {
    const counts = new Map<string, number>()
    for (let epoch = 0; epoch < 24_000; epoch++) {
      const order = permutation(4, 7, epoch).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(155) // 5 standard deviations
  })

  it('refuses what is no size, seed or epoch', async () => {
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) {
      await dataError('INVALID_ARGUMENT', () => permutation(bad, 0))
      await dataError('INVALID_ARGUMENT', () => permutation(1, bad))
      await dataError('INVALID_ARGUMENT', () => permutation(1, 0, bad))
    }
    const error = await dataError('INVALID_ARGUMENT', () => permutation(3, -1))
    expect(error.message).toBe('permutation: `seed` must be an integer of at least 0, got -1.')
  })
})
