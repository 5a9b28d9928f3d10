import { PadV2, type PadV2Attrs, type PadV2Inputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { copyBlock } from './copy-block.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** A tensor within a frame of constants: one fill, and a copy of runs. The stock kernel asks where each number lies. */
export const padV2: WasmKernel = wasmKernel<PadV2Inputs, PadV2Attrs>(PadV2, ({ inputs, attrs, backend, stock }) => {
  const x = inputs.x as TensorInfo
  const { paddings, constantValue } = attrs
  if (x.dtype === 'string') return stock(inputs, attrs)
  const shape = x.shape.map((size, axis) => (paddings[axis]?.[0] ?? 0) + size + (paddings[axis]?.[1] ?? 0))
  const y = backend.makeOutput(shape, x.dtype)
  backend.typedArrayFromHeap(y).fill(constantValue)
  const begin = x.shape.map((_, axis) => paddings[axis]?.[0] ?? 0)
  copyBlock(backend, { tensor: y, begin }, { tensor: x, begin: begin.map(() => 0) }, x.shape)
  return y
})
