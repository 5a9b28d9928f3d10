import '@tensorflow/tfjs-backend-wasm'
import { registerWasmKernels } from '@gg/wasm-kernels'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend, env, ready, setBackend, tensor1d, version_core } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { engineOf } from '../src/engine/engine-of.ts'
import { heapOf } from '../src/engine/heap.ts'
import { shareMemory } from '../src/engine/share-memory.ts'
import { tfjsBinary } from '../src/engine/tfjs-binary.ts'

beforeAll(async () => {
  registerWasmKernels()
  await setBackend('wasm')
  await ready()
})

describe('what the kernels rely on inside tfjs', () => {
  it('is that of 4.22.0: read these tests anew for another version', () => {
    expect(version_core).toBe('4.22.0')
  })

  it('the memory and the allocator are reachable, and tensors lie where they say', () => {
    const heap = heapOf(backend() as BackendWasm)!
    expect(heap.memory).toBeInstanceOf(WebAssembly.Memory)
    const x = tensor1d([1.5, -2])
    expect([...new Float32Array(heap.memory.buffer, heap.addressOf(x), 2)]).toEqual([1.5, -2])
    x.dispose()
    const address = heap.allocate(1000)
    expect(address % 64).toBe(0)
    heap.free(address)
    expect(heap.allocate(1000)).toBe(address)
    heap.free(address)
  })

  it("tfjs' binary has one memory, with a maximum and not shared", async () => {
    const stock = await tfjsBinary()
    const shared = shareMemory(stock)
    expect([...stock].filter((byte, i) => byte !== shared[i])).toEqual([1])
    expect(WebAssembly.validate(shared)).toBe(true)
    expect(() => shareMemory(shared)).toThrow(/unshared memory/)
    expect(() => shareMemory(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toThrow(/unshared memory/)
  })

  it('a backend whose memory is elsewhere goes without the engine, and says so once', () => {
    const moved = { wasm: {} } as unknown as BackendWasm
    const { warn } = console
    env().set('IS_TEST', false)
    onTestFinished(() => env().set('IS_TEST', true))
    expect(engineOf(moved)).toBeUndefined()
    expect(engineOf(moved)).toBeUndefined()
    expect(vi.mocked(warn).mock.calls).toEqual([[expect.stringContaining('keeps its memory elsewhere')]])
    vi.mocked(warn).mockClear()
  })
})
