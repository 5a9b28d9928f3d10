import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batches, glyphs, prefetch } from '../src/index.ts'
import { dataError } from './idx-file.ts'

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Counts to `size`, each number after a pause, and writes down what it does. */
async function* slow(size: number, ms: number, log: string[] = []): AsyncGenerator<number> {
  try {
    for (let i = 0; i < size; i++) {
      log.push(`make ${i}`)
      await sleep(ms)
      yield i
    }
  } finally {
    log.push('stop')
  }
}

describe('prefetch', () => {
  it('gives the same items in the same order, again and again', async () => {
    const pass = batches(glyphs({ size: 20, seed: 1 }), { batchSize: 6, seed: 3 })
    const ahead = prefetch(pass)
    expect(await collect(ahead)).toEqual([...pass])
    expect(await collect(ahead)).toEqual([...pass])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), async (items, n) => {
        expect(await collect(prefetch(items, { ahead: n }))).toEqual(items)
      }),
      { numRuns: 30 },
    )
  })

  it('makes the next item while the body works on this one', async () => {
    const log: string[] = []
    for await (const item of prefetch(slow(3, 5, log), { ahead: 1 })) {
      log.push(`begin ${item}`)
      await sleep(150)
      log.push(`end ${item}`)
    }
    const at = (entry: string) => log.indexOf(entry)
    expect(at('make 1')).toBeLessThan(at('end 0'))
    expect(at('make 2')).toBeGreaterThan(at('end 0')) // not two ahead
    expect(at('make 2')).toBeLessThan(at('end 1'))
  })

  it('takes the time of the longer of the two, not of both', async () => {
    const run = async (items: AsyncIterable<number>) => {
      const start = performance.now()
      for await (const _ of items) await sleep(60)
      return performance.now() - start
    }
    const after = await run(slow(8, 60))
    const beside = await run(prefetch(slow(8, 60)))
    expect(beside / after).toBeLessThan(0.85) // 9/16 on an idle machine
  })

  it('makes batches in this thread while the body awaits something else, and not before the first', async () => {
    const log: string[] = []
    function* items() {
      for (let i = 0; i < 4; i++) {
        log.push(`make ${i}`)
        yield i
      }
    }
    for await (const item of prefetch(items(), { ahead: 2 })) {
      log.push(`begin ${item}`)
      await sleep(100)
      log.push(`end ${item}`)
    }
    expect(log.slice(0, 5)).toEqual(['make 0', 'begin 0', 'make 1', 'make 2', 'end 0'])
  })

  it('passes an error on after the items before it, and asks no more', async () => {
    let asked = 0
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          asked++
          if (asked === 3) throw new Error('no more pictures')
          return { done: false as const, value: asked }
        },
      }),
    }
    const seen: number[] = []
    const read = async () => {
      for await (const item of prefetch(source, { ahead: 5 })) seen.push(item)
    }
    await expect(read()).rejects.toThrow('no more pictures')
    expect(seen).toEqual([1, 2])
    expect(asked).toBe(3)
  })

  it('stops the source when the loop is left', async () => {
    const log: string[] = []
    for await (const item of prefetch(slow(100, 2, log), { ahead: 2 })) if (item === 1) break
    const length = log.length
    await sleep(20)
    expect(log.length).toBe(length)
    expect(log.at(-1)).toBe('stop')
    expect(length).toBeLessThan(6)
  })

  it('refuses what is no distance', async () => {
    for (const ahead of [0, 1.5, Number.NaN, 1025]) await dataError('INVALID_ARGUMENT', () => prefetch([1], { ahead }))
  })
})
