import { Conv2D, type Conv2DInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type ConvAttrs, convInfo, sizesOf } from './conv-geometry.ts'
import { convolve } from './convolution.ts'
import { engineOf } from './engine/engine-of.ts'
import { PLAIN_SUMS } from './finish.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * 2-D convolution of `x` `[batch, height, width, c]` with `filter` `[filterHeight, filterWidth, c, o]`, any stride,
 * dilation and padding, as one implicit matrix product in register tiles. NCHW goes to the stock kernel, which refuses
 * it.
 */
export const conv2D: WasmKernel = wasmKernel<Conv2DInputs, ConvAttrs>(Conv2D, ({ inputs, attrs, backend, stock }) => {
  const engine = engineOf(backend)
  const x = inputs.x as TensorInfo
  const filter = inputs.filter as TensorInfo
  if (engine === undefined || attrs.dataFormat === 'NCHW' || x.dtype !== 'float32' || filter.dtype !== 'float32') {
    return stock(inputs, attrs)
  }
  const info = convInfo(x.shape, filter.shape, attrs)
  const y = backend.makeOutput(info.outShape, 'float32')
  if (util.sizeFromShape(y.shape) === 0) return y
  const places = { x: engine.at(x), filter: engine.at(filter), y: engine.at(y) }
  convolve(engine, sizesOf(info, false), places, PLAIN_SUMS)
  return y
})
