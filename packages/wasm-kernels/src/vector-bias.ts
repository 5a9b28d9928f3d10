import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { floats } from './floats.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/**
 * `bias` as data that was made as a vector of `n` numbers, which is what the stock fused kernels look at: the backend
 * remembers data by the shape it was made with, so a bias that was reshaped, or cloned from one that was, is refused.
 * A bias of higher rank stays, for the stock kernel to refuse.
 */
export function vectorBias(
  backend: WasmHeap,
  bias: TensorInfo,
  n: number,
  scratch: (intermediate: TensorInfo) => TensorInfo,
): TensorInfo {
  const made = backend.dataIdMap.get(bias.dataId).shape
  if (bias.shape.length > 1 || util.arraysEqual(made, [n])) return bias
  const out = scratch(backend.makeOutput([n], 'float32'))
  const source = floats(backend, bias)
  if (source.length === 1) floats(backend, out).fill(source[0] as number)
  else floats(backend, out).set(source)
  return out
}
