import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { WasmHeap } from './wasm-kernel.ts'

/**
 * Runs `body` and frees every intermediate it handed to `scratch`, also when it throws. A kernel runs outside
 * `tidy`, so nothing else would free them.
 */
export function withScratch(
  backend: WasmHeap,
  body: (scratch: (intermediate: TensorInfo) => TensorInfo) => TensorInfo,
): TensorInfo {
  const intermediates: TensorInfo[] = []
  try {
    return body((intermediate) => {
      intermediates.push(intermediate)
      return intermediate
    })
  } finally {
    for (const { dataId } of intermediates) backend.disposeData(dataId)
  }
}
