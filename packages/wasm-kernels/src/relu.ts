import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

interface Inputs {
  readonly x: TensorInfo
}

/** y = max(x, 0); NaN stays NaN. One read and one write of memory. */
export const relu: WasmKernel = wasmKernel<Inputs>('Relu', ({ inputs: { x }, attrs, backend, stock }) => {
  const engine = engineOf(backend)
  if (engine === undefined || x.dtype !== 'float32') return stock({ x }, attrs)
  const y = backend.makeOutput(x.shape, 'float32')
  engine.run('relu', { items: util.sizeFromShape(x.shape), grain: 16_384 }, [engine.at(y), engine.at(x)])
  return y
})
