import {
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterInputs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { type ConvAttrs, convGeometry } from './conv-geometry.ts'
import { depthwiseFilterGradient } from './depthwise-gradients.ts'
import { engineOf } from './engine/engine-of.ts'
import { floats } from './floats.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

interface Attrs extends ConvAttrs {
  readonly filterShape: [number, number, number, number]
}

/**
 * Gradient of a depthwise convolution with respect to its filter; stock WASM has no such kernel (tfjs#8474).
 *
 *     dW[u, v, c, m] = Σ_n,i,j  x[n, i·s + u·d - top, j·s + v·d - left, c] · dy[n, i, j, c·M + m]
 *
 * `x` is `[batch, height, width, c]`, `dy` is `[batch, outHeight, outWidth, c·M]`; the result has `filterShape`
 * `[filterHeight, filterWidth, c, M]`. Vectors run along the channels; the sums of blocks of
 * images are added in their order.
 */
export const depthwiseConv2dNativeBackpropFilter: WasmKernel = wasmKernel<
  DepthwiseConv2dNativeBackpropFilterInputs,
  Attrs
>(DepthwiseConv2dNativeBackpropFilter, ({ inputs, attrs, backend }) => {
  const xInfo = inputs.x as TensorInfo
  const dyInfo = inputs.dy as TensorInfo
  const g = convGeometry(DepthwiseConv2dNativeBackpropFilter, xInfo.shape, attrs.filterShape, dyInfo, attrs, true)
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = g
  const multiplier = outChannels / inChannels
  const engine = engineOf(backend)
  if (engine !== undefined && util.sizeFromShape(xInfo.shape) * util.sizeFromShape(dyInfo.shape) > 0) {
    const dw = backend.makeOutput(attrs.filterShape, 'float32')
    depthwiseFilterGradient(engine, g, xInfo, dyInfo, dw)
    return dw
  }
  const dw = backend.makeOutput(attrs.filterShape, 'float32')
  const x = floats(backend, xInfo)
  const dy = floats(backend, dyInfo)
  const sums = new Float64Array(filterHeight * filterWidth * outChannels)
  for (let n = 0; n < g.batchSize; n++) {
    for (let i = 0; i < outHeight; i++) {
      for (let u = 0; u < filterHeight; u++) {
        const row = i * g.strideHeight + u * g.dilationHeight - g.padInfo.top
        if (row < 0 || row >= inHeight) continue
        for (let j = 0; j < outWidth; j++) {
          const dyAt = ((n * outHeight + i) * outWidth + j) * outChannels
          for (let v = 0; v < filterWidth; v++) {
            const column = j * g.strideWidth + v * g.dilationWidth - g.padInfo.left
            if (column < 0 || column >= inWidth) continue
            const xAt = ((n * inHeight + row) * inWidth + column) * inChannels
            const sumAt = (u * filterWidth + v) * outChannels
            for (let c = 0, k = 0; c < inChannels; c++) {
              const pixel = x[xAt + c] as number
              for (let m = 0; m < multiplier; m++, k++) {
                sums[sumAt + k] = (sums[sumAt + k] as number) + pixel * (dy[dyAt + k] as number)
              }
            }
          }
        }
      }
    }
  }
  floats(backend, dw).set(sums)
  return dw
})
