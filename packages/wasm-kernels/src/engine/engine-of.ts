import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend_util, version_core } from '@tensorflow/tfjs-core'
import type { WasmHeap } from '../wasm-kernel.ts'
import { bytesOf, chooseBuild } from './builds.ts'
import { createEngine, type Engine } from './engine.ts'
import { heapOf } from './heap.ts'

const engines = new WeakMap<WasmHeap, Engine | null>()

/**
 * The engine of a backend, made when the first kernel asks; undefined where there is no SIMD or where a version of
 * tfjs keeps its memory elsewhere: kernels then take their way through stock kernels.
 */
export function engineOf(backend: WasmHeap): Engine | undefined {
  let engine = engines.get(backend)
  if (engine === undefined) {
    engine = start(backend) ?? null
    engines.set(backend, engine)
  }
  return engine ?? undefined
}

/** Gives a backend the engine that was made for it. */
export function useEngine(backend: WasmHeap, engine: Engine): void {
  engines.get(backend)?.dispose()
  engines.set(backend, engine)
}

/** The version of tfjs whose internals the tests pin. */
const TESTED = '4.22.0'

function start(backend: WasmHeap): Engine | undefined {
  const heap = heapOf(backend as BackendWasm)
  if (heap === undefined) {
    backend_util.warn(
      `@gg/wasm-kernels: tfjs ${version_core} keeps its memory elsewhere than the tested ${TESTED}; ` +
        'kernels run through the stock ones, which is right and slower.',
    )
    return undefined
  }
  if (version_core !== TESTED) {
    backend_util.warn(
      `@gg/wasm-kernels: this is tfjs ${version_core}, and the kernels are tested with ${TESTED}. Its memory is where it ` +
        'was, so they run; look at the numbers.',
    )
  }
  return WebAssembly.validate(bytesOf('plain')) ? createEngine(heap, chooseBuild()) : undefined
}
