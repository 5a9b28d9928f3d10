import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

interface Inputs {
  readonly x: TensorInfo
}

/** Numbers in the smallest piece of an element-wise job: less is not worth a second thread. */
export const GRAIN = 16_384

/**
 * A kernel that applies a function to every number of a float32 tensor; other dtypes go to the stock kernel.
 *
 * @param job - The job that does it.
 * @param fractions - What the job reads besides, from the kernel's attributes.
 */
export function unary<A extends object>(
  kernelName: string,
  job: string,
  fractions?: (attrs: A) => readonly number[],
): WasmKernel {
  return wasmKernel<Inputs, A>(kernelName, ({ inputs, attrs, backend, stock }) => {
    const { x } = inputs
    const engine = engineOf(backend)
    if (engine === undefined || x.dtype !== 'float32') return stock({ x }, attrs)
    const y = backend.makeOutput(x.shape, 'float32')
    const items = util.sizeFromShape(x.shape)
    if (items > 0) engine.run(job, { items, grain: GRAIN }, [engine.at(y), engine.at(x)], fractions?.(attrs))
    return y
  })
}
