import { Mean, type MeanAttrs, type MeanInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { floats } from './floats.ts'
import { reduction } from './reduction.ts'
import { runSum } from './run-sum.ts'
import { sumOverAxes } from './sum-over-axes.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Mean over axes, added up and divided in float64; see Sum for what the stock kernel does. The result is float32, NaN
 * where there is nothing to average.
 */
export const mean: WasmKernel = wasmKernel<MeanInputs, MeanAttrs>(Mean, ({ inputs, attrs, backend }) => {
  const x = inputs.x as TensorInfo
  const { shape, groups, count } = reduction(x.shape, attrs.axis, attrs.keepDims)
  const out = backend.makeOutput(shape, 'float32')
  const engine = x.dtype === 'float32' && !groups.includes(0) ? engineOf(backend) : undefined
  if (engine !== undefined && runSum(engine, engine.at(out), engine.at(x), groups, count)) return out
  const sums = sumOverAxes(backend.typedArrayFromHeap(x), x.shape, util.parseAxisParam(attrs.axis, x.shape))
  const means = floats(backend, out)
  for (let i = 0; i < means.length; i++) means[i] = (sums[i] as number) / count
  return out
})
