import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend_util, version_core } from '@tensorflow/tfjs-core'
import type { WasmHeap } from '../wasm-kernel.ts'
import { chooseBuild, PLAIN } from './builds.ts'
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

function start(backend: WasmHeap): Engine | undefined {
  const heap = heapOf(backend as BackendWasm)
  if (heap === undefined) {
    backend_util.warn(
      `@gg/wasm-kernels: tfjs ${version_core} keeps its memory elsewhere than the tested 4.22.0; ` +
        'kernels run through the stock ones, which is right and slower.',
    )
    return undefined
  }
  return WebAssembly.validate(PLAIN) ? createEngine(heap, chooseBuild()) : undefined
}
