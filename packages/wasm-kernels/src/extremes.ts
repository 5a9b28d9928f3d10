import type { TensorInfo } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { reduction } from './reduction.ts'
import { GRAIN } from './unary.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

interface Inputs {
  readonly x: TensorInfo
}

/** Max and Min do not name their axes alike. */
type Attrs = { readonly keepDims: boolean } & Readonly<Record<'reductionIndices' | 'axis', number | number[]>>

/** NaN comes out if one goes in. Axes that do not lie together, int32 and empty tensors go to the stock kernel. */
function extreme(kernelName: string, job: string, axis: 'reductionIndices' | 'axis'): WasmKernel {
  return wasmKernel<Inputs, Attrs>(kernelName, ({ inputs, attrs, backend, stock }) => {
    const { x } = inputs
    const engine = x.dtype === 'float32' ? engineOf(backend) : undefined
    if (engine === undefined) return stock({ x }, attrs)
    const { shape, groups } = reduction(x.shape, attrs[axis], attrs.keepDims)
    if (groups.length > 3 || groups.includes(0)) return stock({ x }, attrs)
    const [items = 1, count = 1, inner = 1] = groups
    const y = backend.makeOutput(shape, 'float32')
    const grain = Math.max(1, Math.floor(GRAIN / (count * inner)))
    engine.run(job, { items, grain }, [engine.at(y), engine.at(x), count, inner])
    return y
  })
}

/** The largest number over axes. */
export const max: WasmKernel = extreme('Max', 'largest', 'reductionIndices')

/** The smallest number over axes. */
export const min: WasmKernel = extreme('Min', 'smallest', 'axis')
