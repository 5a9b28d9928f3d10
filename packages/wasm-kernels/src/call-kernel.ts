import { getKernel, type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core'
import type { WasmHeap } from './wasm-kernel.ts'

/**
 * Runs the WASM kernel that is registered under `kernelName` at this moment, past the engine: nothing is taped, no
 * argument is checked, and the caller owns the result.
 */
export function callKernel(
  backend: WasmHeap,
  kernelName: string,
  inputs: NamedTensorInfoMap,
  attrs: object,
): TensorInfo {
  const { kernelFunc } = getKernel(kernelName, 'wasm')
  return kernelFunc({ inputs, backend, attrs: attrs as NamedAttrMap }) as TensorInfo
}
