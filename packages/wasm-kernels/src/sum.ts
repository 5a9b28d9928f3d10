import { backend_util, Sum, type SumAttrs, type SumInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { sumOverAxes } from './sum-over-axes.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Sum over axes, added up in float64.
 *
 * The stock kernel adds in float32, one number after the other: over a million equal numbers it is 1 % off. The
 * result has the dtype of `x`; bool counts as int32.
 */
export const sum: WasmKernel = wasmKernel<SumInputs, SumAttrs>(Sum, ({ inputs, attrs, backend }) => {
  const x = inputs.x as TensorInfo
  const axes = util.parseAxisParam(attrs.axis, x.shape)
  const [kept] = backend_util.computeOutAndReduceShapes(x.shape, axes)
  const shape = attrs.keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept
  const out = backend.makeOutput(shape, x.dtype === 'bool' ? 'int32' : x.dtype)
  backend.typedArrayFromHeap(out).set(sumOverAxes(backend.typedArrayFromHeap(x), x.shape, axes))
  return out
})
