import {
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputInputs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { type ConvAttrs, convGeometry } from './conv-geometry.ts'
import { depthwiseInputGradient } from './depthwise-gradients.ts'
import { engineOf } from './engine/engine-of.ts'
import { floats } from './floats.ts'
import { makeZeros } from './make-zeros.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

interface Attrs extends ConvAttrs {
  readonly inputShape: [number, number, number, number]
}

/**
 * Gradient of a depthwise convolution with respect to its input; stock WASM has no such kernel (tfjs#8474).
 *
 *     dx[n, i·s + u·d - top, j·s + v·d - left, c] += Σ_m  dy[n, i, j, c·M + m] · W[u, v, c, m]
 *
 * `dy` is `[batch, outHeight, outWidth, c·M]`, `filter` is `[filterHeight, filterWidth, c, M]`; the result has
 * `inputShape`. Vectors run along the channels.
 */
export const depthwiseConv2dNativeBackpropInput: WasmKernel = wasmKernel<
  DepthwiseConv2dNativeBackpropInputInputs,
  Attrs
>(DepthwiseConv2dNativeBackpropInput, ({ inputs, attrs, backend }) => {
  const dyInfo = inputs.dy as TensorInfo
  const filterInfo = inputs.filter as TensorInfo
  const g = convGeometry(DepthwiseConv2dNativeBackpropInput, attrs.inputShape, filterInfo.shape, dyInfo, attrs, true)
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = g
  const multiplier = outChannels / inChannels
  const engine = engineOf(backend)
  if (engine !== undefined && util.sizeFromShape(attrs.inputShape) > 0) {
    const dx = backend.makeOutput(attrs.inputShape, 'float32')
    depthwiseInputGradient(engine, g, dyInfo, filterInfo, dx)
    return dx
  }
  const dxInfo = makeZeros(backend, attrs.inputShape)
  const dx = floats(backend, dxInfo)
  const dy = floats(backend, dyInfo)
  const filter = floats(backend, filterInfo)
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
            const dxAt = ((n * inHeight + row) * inWidth + column) * inChannels
            const filterAt = (u * filterWidth + v) * outChannels
            for (let c = 0, k = 0; c < inChannels; c++) {
              let sum = dx[dxAt + c] as number
              for (let m = 0; m < multiplier; m++, k++) {
                sum += (dy[dyAt + k] as number) * (filter[filterAt + k] as number)
              }
              dx[dxAt + c] = sum
            }
          }
        }
      }
    }
  }
  return dxInfo
})
