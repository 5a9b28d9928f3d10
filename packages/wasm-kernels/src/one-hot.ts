import { OneHot, type OneHotAttrs, type OneHotInputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Turns each index into a row that holds `onValue` there and `offValue` elsewhere; an index outside `[0, depth)` gives
 * a row of `offValue`.
 *
 * The stock kernel writes int32 whatever the dtype is: as float32 its 1 reads as 1.4e-45, and as bool it writes past
 * the end of its memory. `indices` is int32 of any shape, the result is `[...indices, depth]` of `dtype`.
 */
export const oneHot: WasmKernel = wasmKernel<OneHotInputs, OneHotAttrs>(OneHot, ({ inputs, attrs, backend }) => {
  const indices = inputs.indices as TensorInfo
  const { depth, onValue, offValue, dtype } = attrs
  const out = backend.makeOutput([...indices.shape, depth], dtype)
  const source = backend.typedArrayFromHeap(indices)
  const target = backend.typedArrayFromHeap(out)
  target.fill(offValue)
  for (let i = 0; i < source.length; i++) {
    const index = source[i] as number
    if (index >= 0 && index < depth) target[i * depth + index] = onValue
  }
  return out
})
