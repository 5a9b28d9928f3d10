import type { TensorInfo } from '@tensorflow/tfjs-core'
import { copyBlock } from './copy-block.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/** A new tensor with the numbers of `x` from `begin` on, `size` of them along each axis. */
export function copyPart(
  backend: WasmHeap,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): TensorInfo {
  const out = backend.makeOutput([...size], x.dtype)
  copyBlock(backend, { tensor: out, begin: size.map(() => 0) }, { tensor: x, begin }, size)
  return out
}
