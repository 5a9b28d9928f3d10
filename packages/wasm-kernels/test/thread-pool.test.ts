import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe as describeWasm, enableWasm } from '@gg/wasm-kernels'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend, relu, tidy } from '@tensorflow/tfjs-core'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { bytesOf } from '../src/engine/builds.ts'
import { engineOf } from '../src/engine/engine-of.ts'
import { heapOf } from '../src/engine/heap.ts'
import { instantiate } from '../src/engine/instantiate.ts'
import { laneAt, WORD } from '../src/engine/pieces.ts'
import { startPool } from '../src/engine/pool.ts'
import { shareMemory } from '../src/engine/share-memory.ts'
import { wave } from './wave.ts'

const here = fileURLToPath(new URL('..', import.meta.url))
const built = existsSync(`${here}dist/index.js`)

afterAll(async () => {
  await enableWasm({ threads: 1 })
})

describe('a pool of threads', () => {
  it('goes on without a thread that ended', async () => {
    const started = vi.spyOn(Worker.prototype, 'postMessage')
    await enableWasm({ threads: 3 })
    const [first, second] = started.mock.contexts as Worker[]
    started.mockRestore()
    const x = wave([300_000], 1)
    const run = (): string => tidy(() => Buffer.from((relu(x).dataSync() as Float32Array).buffer).toString('base64'))
    const before = run()
    await first?.terminate()
    expect(describeWasm()?.threads).toBe(2)
    expect(run()).toBe(before)
    await second?.terminate()
    expect(describeWasm()?.threads).toBe(1)
    expect(run()).toBe(before)
    x.dispose()
  })

  it('says so when a thread is lost with its piece, and goes on alone', async () => {
    await enableWasm({ threads: 2 })
    const heap = heapOf(backend() as BackendWasm)!
    const module = new WebAssembly.Module(shareMemory(bytesOf('simd-4x8')))
    const names = instantiate(module, heap.memory).map(([name]) => name)
    const which = names.indexOf('ceiling')
    // Two billion rounds keep the other thread for seconds; this one only leaves it the time to take its piece.
    const jobs = names.map(() => () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200))
    const control = heap.allocate(4096)
    const pool = await startPool(heap.memory, [module], jobs, control, 2, 100)
    onTestFinished(() => pool.dispose())
    // What the job is told: to read and write in the block, behind itself.
    new Int32Array(heap.memory.buffer).fill(control + 1024, (control >>> 2) + 32, (control >>> 2) + 40)
    expect(pool.threads).toBe(2)
    expect(() => pool.run(which, 0x7f_ff_ff_ff, 0x40_00_00_00, 0, 0)).toThrow(/1 of 2 pieces .* died/)
    expect(pool.threads).toBe(1)
  })

  it('takes no tickets while the main thread is held up between the words of a new job', async () => {
    await enableWasm({ threads: 2 })
    const heap = heapOf(backend() as BackendWasm)!
    const module = new WebAssembly.Module(shareMemory(bytesOf('simd-4x8')))
    const entries = instantiate(module, heap.memory)
    const control = heap.allocate(4096)
    const jobs = entries.map(([, job]) => job)
    const pool = await startPool(heap.memory, [module], jobs, control, 2)
    onTestFinished(() => pool.dispose())
    const words = new Int32Array(heap.memory.buffer)
    const base = control >>> 2
    words.fill(control + 1024, base + 32, base + 40)
    words[base + WORD.which] = entries.findIndex(([name]) => name === 'ceiling')
    words[base + WORD.items] = 4
    words[base + WORD.grain] = 1
    Atomics.store(words, base + WORD.pieces, (1 << 16) | 4)
    Atomics.add(words, base + WORD.job, 1)
    Atomics.notify(words, base + WORD.job)
    // Long enough to take more tickets than a word has room for.
    const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    pause()
    expect(words[base + WORD.done]).toBe(0)
    for (const lane of [0, 1]) Atomics.store(words, laneAt(control, lane) >>> 2, 1 << 16)
    pause()
    expect(words[base + WORD.done]).toBe(4)
  })

  it('takes the pieces of its own lane first, in order, and then those that others have not begun', async () => {
    await enableWasm({ threads: 2 })
    const heap = heapOf(backend() as BackendWasm)!
    const module = new WebAssembly.Module(shareMemory(bytesOf('simd-4x8')))
    const names = instantiate(module, heap.memory).map(([name]) => name)
    const taken: number[] = []
    const jobs = names.map(() => (_: number, from: number) => {
      taken.push(from)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    })
    const control = heap.allocate(4096)
    const pool = await startPool(heap.memory, [module], jobs, control, 2)
    onTestFinished(() => pool.dispose())
    new Int32Array(heap.memory.buffer).fill(control + 1024, (control >>> 2) + 32, (control >>> 2) + 40)
    // Pieces that keep the other thread for long: it does a few of its four, which are the last ones.
    const piece = 0x08_00_00_00
    pool.run(names.indexOf('ceiling'), 8 * piece, piece, 0, 0)
    expect(taken.slice(0, 4)).toEqual([0, 1, 2, 3].map((i) => i * piece))
    expect(taken.slice(4).every((from, i) => from > taken[i + 3]!)).toBe(true)
    expect(taken.length).toBeGreaterThan(4)
    expect(taken.length).toBeLessThan(8)
  })

  it('throws what a piece throws', async () => {
    await enableWasm({ threads: 2 })
    const engine = engineOf(backend() as BackendWasm)!
    // An address beyond the heap traps.
    const end = engine.heap.memory.buffer.byteLength
    expect(() => engine.run('relu', { items: 100_000, grain: 4 }, [end, end])).toThrow(/trapped/)
    const x = wave([100_000], 1)
    expect(tidy(() => relu(x).dataSync()[1])).toBe(Math.max(0, x.dataSync()[1]!))
    x.dispose()
  })

  it.skipIf(!built)('does not keep a program alive (needs a build)', async () => {
    const program = `
      import { enableWasm } from '@gg/wasm-kernels'
      import { tensor1d, square } from '@tensorflow/tfjs-core'
      console.log((await enableWasm({ threads: 3 })).threads, square(tensor1d([3])).dataSync()[0])`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: here,
      timeout: 30_000,
    })
    expect(stdout).toBe('3 9\n')
  })
})
