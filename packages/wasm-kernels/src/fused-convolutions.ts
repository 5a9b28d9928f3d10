import {
  FusedConv2D,
  FusedDepthwiseConv2D,
  type NamedTensorInfoMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { type ConvAttrs, convInfo, sizesOf } from './conv-geometry.ts'
import { convolve } from './convolution.ts'
import { depthwise } from './depthwise.ts'
import { engineOf } from './engine/engine-of.ts'
import { canFinish, type FusedAttrs, type FusedInputs, finished } from './finish.ts'
import { vectorBias } from './vector-bias.ts'
import { type KernelCall, type WasmKernel, wasmKernel } from './wasm-kernel.ts'
import { withScratch } from './with-scratch.ts'

type Inputs = NamedTensorInfoMap & FusedInputs & { readonly x: TensorInfo; readonly filter: TensorInfo }
type Attrs = ConvAttrs & FusedAttrs

/**
 * Convolution with a bias and an activation in one kernel. Bias, ReLU, ReLU6 and leaky ReLU are applied to the sums
 * before they leave the registers; other activations go over the result once more.
 */
export const fusedConv2d: WasmKernel = wasmKernel<Inputs, Attrs>(FusedConv2D, (call) => {
  const { inputs, attrs, backend } = call
  const { x, filter } = inputs
  const columns = filter.shape[3] ?? 0
  const engine = engineOf(backend)
  const floats = x.dtype === 'float32' && filter.dtype === 'float32'
  if (engine === undefined || !floats || attrs.dataFormat === 'NCHW' || !canFinish(inputs, attrs, columns)) {
    return stockWithVectorBias(call, columns)
  }
  const info = convInfo(x.shape, filter.shape, attrs)
  const y = backend.makeOutput(info.outShape, 'float32')
  return finished(backend, engine, y, inputs, attrs, columns, (finish) =>
    convolve(engine, sizesOf(info, false), { x: engine.at(x), filter: engine.at(filter), y: engine.at(y) }, finish),
  )
})

/** The same for the depthwise convolution, which has as many filters for each channel as its multiplier says. */
export const fusedDepthwiseConv2d: WasmKernel = wasmKernel<Inputs, Attrs>(FusedDepthwiseConv2D, (call) => {
  const { inputs, attrs, backend } = call
  const { x, filter } = inputs
  const columns = util.sizeFromShape(filter.shape.slice(2))
  const engine = engineOf(backend)
  const floats = x.dtype === 'float32' && filter.dtype === 'float32'
  if (engine === undefined || !floats || attrs.dataFormat === 'NCHW' || !canFinish(inputs, attrs, columns)) {
    return stockWithVectorBias(call, columns)
  }
  const info = convInfo(x.shape, filter.shape, attrs, true)
  const y = backend.makeOutput(info.outShape, 'float32')
  return finished(backend, engine, y, inputs, attrs, columns, (finish) => depthwise(engine, info, x, filter, y, finish))
})

/** The stock kernel, with a bias that it takes. */
function stockWithVectorBias(
  { inputs, attrs, backend, stock }: KernelCall<Inputs, Attrs>,
  columns: number,
): TensorInfo {
  const { bias } = inputs
  if (bias === undefined) return stock(inputs, attrs)
  return withScratch(backend, (scratch) =>
    stock({ ...inputs, bias: vectorBias(backend, bias, columns, scratch) }, attrs),
  )
}
