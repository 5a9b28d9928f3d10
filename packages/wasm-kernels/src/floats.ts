import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { WasmHeap } from './wasm-kernel.ts'

/**
 * The numbers of a float32 tensor where they lie in the WASM heap, not a copy. Fetch views after the last allocation:
 * the heap may grow, and a view of the old one is empty.
 */
export function floats(backend: WasmHeap, tensor: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array
}
