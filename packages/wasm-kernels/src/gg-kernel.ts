import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Engine } from './engine/engine.ts'
import { engineOf } from './engine/engine-of.ts'
import { type WasmHeap, type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** One call of a fused kernel. `make` makes a float32 result, filled with nothing yet. */
export interface GgCall<I, A> {
  readonly inputs: I
  readonly attrs: A
  readonly engine: Engine
  readonly backend: WasmHeap
  readonly make: (shape: readonly number[]) => TensorInfo
}

/**
 * A kernel that models and transformations ask for by its name through `fusedKernel` of `@gg/core`. It answers with no
 * tensor where it cannot do the work (no SIMD, another dtype), and the caller goes its way through plain operations.
 */
export function ggKernel<I extends { readonly [name: string]: TensorInfo | undefined }, A = object>(
  kernelName: `Gg${string}`,
  run: (call: GgCall<I, A>) => TensorInfo[],
): WasmKernel {
  return wasmKernel<I, A>(kernelName, ({ inputs, attrs, backend }) => {
    const engine = engineOf(backend)
    if (engine === undefined) return []
    for (const name in inputs) if ((inputs[name] as TensorInfo).dtype !== 'float32') return []
    const make = (shape: readonly number[]): TensorInfo => backend.makeOutput(shape as number[], 'float32')
    return run({ inputs, attrs, engine, backend, make })
  })
}

/** Numbers of a piece of work that only memory bounds: a multiple of 4, large enough to be worth a thread. */
export const GRAIN = 16_384
