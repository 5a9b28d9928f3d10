import { Cast, type CastAttrs, type CastInputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { shareData } from './share-data.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Converts to another dtype. A cast to the dtype that `x` has shares its data: tfjs' Relu gradient makes one on
 * every call. A cast to bool asks for `x != 0`; the stock kernel stores the number modulo 256, so 0.5 and 256
 * become false. NaN becomes true.
 */
export const cast: WasmKernel = wasmKernel<CastInputs, CastAttrs>(Cast, ({ inputs, attrs, backend, stock }) => {
  const x = inputs.x as TensorInfo
  if (x.dtype === 'string' || attrs.dtype === 'string') return stock(inputs, attrs)
  if (attrs.dtype === x.dtype) return shareData(backend, x)
  if (attrs.dtype !== 'bool') return stock(inputs, attrs)
  const out = backend.makeOutput(x.shape, 'bool')
  const source = backend.typedArrayFromHeap(x)
  const target = backend.typedArrayFromHeap(out)
  for (let i = 0; i < source.length; i++) target[i] = source[i] === 0 ? 0 : 1
  return out
})
