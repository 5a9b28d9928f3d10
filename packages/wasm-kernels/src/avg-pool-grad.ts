import { AvgPoolGrad, type AvgPoolGradInputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { floats } from './floats.ts'
import { forEachWindow } from './for-each-window.ts'
import { makeZeros } from './make-zeros.ts'
import { type PoolAttrs, poolGeometry } from './pool-geometry.ts'
import { runPool } from './run-pool.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Gradient of average pooling: each number of `dy` is split evenly over the pixels of its window.
 *
 *     dx[p] = Σ_{windows w with p}  dy[w] / |w|
 *
 * where `|w|` counts the pixels inside the image, as the forward pass does. The stock kernel (and tfjs' cpu backend)
 * divides by the size of the filter, so with padding it loses gradient at the border.
 *
 * `dy` is `[batch, outHeight, outWidth, channels]`, the result has the shape of `input`.
 */
export const avgPoolGrad: WasmKernel = wasmKernel<AvgPoolGradInputs, PoolAttrs>(
  AvgPoolGrad,
  ({ inputs, attrs, backend }) => {
    const xInfo = inputs.input as TensorInfo
    const dyInfo = inputs.dy as TensorInfo
    const g = poolGeometry(xInfo, attrs, dyInfo)
    const engine = engineOf(backend)
    if (engine !== undefined) {
      const out = backend.makeOutput(xInfo.shape, 'float32')
      runPool(engine, 'avgPoolGrad', g.batchSize, g, [out, dyInfo])
      return out
    }
    const dxInfo = makeZeros(backend, xInfo.shape)
    const dx = floats(backend, dxInfo)
    const dy = floats(backend, dyInfo)
    const channels = g.inChannels
    const rowSize = g.inWidth * channels
    forEachWindow(g, (input, output, height, width) => {
      const share = 1 / (height * width)
      for (let row = 0; row < height; row++) {
        let at = input + row * rowSize
        for (let column = 0; column < width; column++, at += channels) {
          for (let c = 0; c < channels; c++) {
            dx[at + c] = (dx[at + c] as number) + (dy[output + c] as number) * share
          }
        }
      }
    })
    return dxInfo
  },
)
