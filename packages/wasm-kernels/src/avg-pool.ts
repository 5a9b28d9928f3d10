import { AvgPool, type AvgPoolInputs, type TensorInfo } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { type PoolAttrs, poolGeometry } from './pool-geometry.ts'
import { runPool } from './run-pool.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Average pooling of `x` `[batch, height, width, channels]`: the mean of each window's pixels inside the image, as in the
 * stock kernel (XNNPACK), on several threads.
 */
export const avgPool: WasmKernel = wasmKernel<AvgPoolInputs, PoolAttrs>(
  AvgPool,
  ({ inputs, attrs, backend, stock }) => {
    const x = inputs.x as TensorInfo
    const engine = x.dtype === 'float32' ? engineOf(backend) : undefined
    if (engine === undefined) return stock(inputs, attrs)
    const g = poolGeometry(x, attrs)
    const y = backend.makeOutput(g.outShape, 'float32')
    runPool(engine, 'avgPool', g.batchSize * g.outHeight, g, [y, x])
    return y
  },
)
