import { MaxPoolGrad, type MaxPoolGradInputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { floats } from './floats.ts'
import { forEachWindow } from './for-each-window.ts'
import { makeZeros } from './make-zeros.ts'
import { type PoolAttrs, poolGeometry } from './pool-geometry.ts'
import { runPool } from './run-pool.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Gradient of max pooling: each number of `dy` goes to the pixel that gave its window's maximum.
 *
 *     dx[p] = Σ_{windows w : argmax(w) = p}  dy[w]
 *
 * Ties go to the first maximum, rows before columns, as on tfjs' cpu backend and in PyTorch; a window with NaN sends
 * its gradient to the first NaN. The stock kernel starts its search from the smallest positive float, so where a
 * maximum is 0 or less it sends the gradient elsewhere, and it gives ties to the last maximum.
 *
 * `dy` is `[batch, outHeight, outWidth, channels]`, the result has the shape of `input`.
 */
export const maxPoolGrad: WasmKernel = wasmKernel<MaxPoolGradInputs, PoolAttrs>(
  MaxPoolGrad,
  ({ inputs, attrs, backend }) => {
    const xInfo = inputs.input as TensorInfo
    const dyInfo = inputs.dy as TensorInfo
    const g = poolGeometry(xInfo, attrs, dyInfo)
    const engine = engineOf(backend)
    if (engine !== undefined) {
      const out = backend.makeOutput(xInfo.shape, 'float32')
      runPool(engine, 'maxPoolGrad', g.batchSize, g, [out, xInfo, dyInfo])
      return out
    }
    const dxInfo = makeZeros(backend, xInfo.shape)
    const dx = floats(backend, dxInfo)
    const x = floats(backend, xInfo)
    const dy = floats(backend, dyInfo)
    const channels = g.inChannels
    const rowSize = g.inWidth * channels
    forEachWindow(g, (input, output, height, width) => {
      if (height <= 0 || width <= 0) return
      for (let c = 0; c < channels; c++) {
        let best = input + c
        let max = x[best] as number
        for (let row = 0; row < height; row++) {
          let at = input + row * rowSize + c
          for (let column = 0; column < width; column++, at += channels) {
            const value = x[at] as number
            if (!(value <= max) && !Number.isNaN(max)) {
              max = value
              best = at
            }
          }
        }
        dx[best] = (dx[best] as number) + (dy[output + c] as number)
      }
    })
    return dxInfo
  },
)
