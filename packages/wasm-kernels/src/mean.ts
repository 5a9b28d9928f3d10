import { backend_util, Mean, type MeanAttrs, type MeanInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { floats } from './floats.ts'
import { sumOverAxes } from './sum-over-axes.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Mean over axes, added up and divided in float64; see Sum for what the stock kernel does. The result is float32, NaN
 * where there is nothing to average.
 */
export const mean: WasmKernel = wasmKernel<MeanInputs, MeanAttrs>(Mean, ({ inputs, attrs, backend }) => {
  const x = inputs.x as TensorInfo
  const axes = util.parseAxisParam(attrs.axis, x.shape)
  const [kept, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes)
  const shape = attrs.keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept
  const count = util.sizeFromShape(reduced)
  const out = backend.makeOutput(shape, 'float32')
  const sums = sumOverAxes(backend.typedArrayFromHeap(x), x.shape, axes)
  const means = floats(backend, out)
  for (let i = 0; i < means.length; i++) means[i] = (sums[i] as number) / count
  return out
})
