import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floats } from './floats.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/** A new float32 tensor of zeros; what `makeOutput` gives holds whatever lay there before. */
export function makeZeros(backend: WasmHeap, shape: readonly number[]): TensorInfo {
  const zeros = backend.makeOutput([...shape], 'float32')
  floats(backend, zeros).fill(0)
  return zeros
}
