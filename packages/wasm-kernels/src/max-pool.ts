import { MaxPool, type MaxPoolInputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { floats } from './floats.ts'
import { forEachWindow } from './for-each-window.ts'
import { type PoolAttrs, poolGeometry } from './pool-geometry.ts'
import { runPool } from './run-pool.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Max pooling that lets NaN through: `y[n, i, j, c] = max` of the window, NaN if the window holds one.
 *
 * With NaN the stock kernel (XNNPACK) answers by position: -Infinity when the NaN comes first, the maximum of some
 * other pixels when it comes later, and so a run that has diverged looks sound. Without our engine it does the work
 * whenever `x` is free of NaN. `x` is `[batch, height, width, channels]`.
 */
export const maxPool: WasmKernel = wasmKernel<MaxPoolInputs, PoolAttrs>(
  MaxPool,
  ({ inputs, attrs, backend, stock }) => {
    const x = inputs.x as TensorInfo
    if (x.dtype !== 'float32') return stock(inputs, attrs)
    const engine = engineOf(backend)
    if (engine === undefined && !mayHoldNaN(floats(backend, x))) return stock(inputs, attrs)
    const g = poolGeometry(x, attrs)
    const out = backend.makeOutput(g.outShape, 'float32')
    if (engine !== undefined) {
      runPool(engine, 'maxPool', g.batchSize * g.outHeight, g, [out, x])
      return out
    }
    const values = floats(backend, x)
    const y = floats(backend, out)
    const channels = g.inChannels
    const rowSize = g.inWidth * channels
    forEachWindow(g, (input, output, height, width) => {
      for (let c = 0; c < channels; c++) {
        let max = Number.NEGATIVE_INFINITY
        for (let row = 0; row < height; row++) {
          for (let column = 0; column < width; column++) {
            const value = values[input + row * rowSize + column * channels + c] as number
            if (!(value <= max)) max = value
            if (Number.isNaN(max)) break
          }
          if (Number.isNaN(max)) break
        }
        y[output + c] = max
      }
    })
    return out
  },
)

/**
 * True if `values` holds NaN (or infinities of both signs, which the exact loop treats well too). A sum turns to
 * NaN on the way; four of them keep the adder busy, at a fifth of the time of a comparison.
 */
function mayHoldNaN(values: Float32Array): boolean {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  const end = values.length - (values.length % 4)
  for (let i = 0; i < end; i += 4) {
    a += values[i] as number
    b += values[i + 1] as number
    c += values[i + 2] as number
    d += values[i + 3] as number
  }
  for (let i = end; i < values.length; i++) a += values[i] as number
  return Number.isNaN(a + b + c + d)
}
