import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { WasmHeap } from './wasm-kernel.ts'

/**
 * A second owner of the data of `tensor`, each to be disposed on its own; undefined where only a copy will do. The
 * backend remembers data by the shape it was made with, and the fused kernels refuse a bias whose data was not made
 * as a vector: a copy of a reshaped tensor is how programs get around that.
 */
export function shareData(backend: WasmHeap, tensor: TensorInfo): TensorInfo | undefined {
  if (!util.arraysEqual(backend.dataIdMap.get(tensor.dataId).shape, tensor.shape)) return undefined
  backend.incRef(tensor.dataId)
  return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype }
}
