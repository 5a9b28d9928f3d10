import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe as describeWasm, enableWasm } from '@gg/wasm-kernels'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend, relu, tidy } from '@tensorflow/tfjs-core'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { TILE_BUILDS } from '../src/engine/builds.ts'
import { engineOf } from '../src/engine/engine-of.ts'
import { heapOf } from '../src/engine/heap.ts'
import { instantiate } from '../src/engine/instantiate.ts'
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
    const module = new WebAssembly.Module(shareMemory(TILE_BUILDS['simd-4x8']))
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
