import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type GuardedBackend, guardMemory } from './guard-memory.ts'

/** The linear memory of tfjs' WASM backend and its allocator: what a module of our own needs to work beside it. */
export interface Heap {
  readonly memory: WebAssembly.Memory
  /** Allocates bytes, aligned to 64; the address is unsigned. `free` takes the same address. */
  readonly allocate: (bytes: number) => number
  readonly free: (address: number) => void
  /** Where the numbers of a tensor lie. */
  readonly addressOf: (tensor: TensorInfo) => number
}

/** The part of the Emscripten module that tfjs does not declare. It is the same in every release since 3.0. */
interface Emscripten {
  readonly asm?: { readonly memory?: unknown }
  readonly _malloc?: (bytes: number) => number
  readonly _free?: (address: number) => void
}

const ALIGNMENT = 64

/** Whether threads can see a memory. */
export function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
}

/** Finds the memory behind a backend; undefined where a version of tfjs keeps it elsewhere. */
export function heapOf(backend: BackendWasm): Heap | undefined {
  guardMemory(backend as unknown as GuardedBackend)
  const { asm, _malloc: malloc, _free: free }: Emscripten = backend.wasm as Emscripten
  const memory = asm?.memory
  if (!(memory instanceof WebAssembly.Memory) || malloc === undefined || free === undefined) return undefined
  const starts = new Map<number, number>()
  return {
    memory,
    allocate(bytes) {
      // The guarded malloc throws where there is no memory. It answers with a signed number, and aligns to 8 or 16.
      const start = malloc(bytes + ALIGNMENT) >>> 0
      const address = Math.ceil(start / ALIGNMENT) * ALIGNMENT
      starts.set(address, start)
      return address
    },
    free(address) {
      const start = starts.get(address)
      if (start === undefined) return
      starts.delete(address)
      free(start)
    },
    addressOf: (tensor) => backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0,
  }
}
