import { Identity, type IdentityInputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { shareData } from './share-data.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * `clone()` without a copy: the result shares the data of `x`, which is freed with its last owner.
 *
 * Safe for the reason that Reshape is: tensors never change, and the backend counts references. A kernel that
 * writes in place must look at `backend.refCount(dataId)` first. The stock kernel copies; strings still are copied.
 */
export const identity: WasmKernel = wasmKernel<IdentityInputs>(Identity, ({ inputs, attrs, backend, stock }) => {
  const x = inputs.x as TensorInfo
  return x.dtype === 'string' ? stock(inputs, attrs) : shareData(backend, x)
})
