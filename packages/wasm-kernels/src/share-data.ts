import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { WasmHeap } from './wasm-kernel.ts'

/** A second owner of the data of `tensor`, each to be disposed on its own. */
export function shareData(backend: WasmHeap, tensor: TensorInfo): TensorInfo {
  backend.incRef(tensor.dataId)
  return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype }
}
