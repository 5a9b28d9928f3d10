import { Sum, type SumAttrs, type SumInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { reduction } from './reduction.ts'
import { runSum } from './run-sum.ts'
import { sumOverAxes } from './sum-over-axes.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Sum over axes, added up in float64.
 *
 * The stock kernel adds in float32, one number after the other: over a million equal numbers it is 1 % off. The
 * result has the dtype of `x`; bool counts as int32.
 */
export const sum: WasmKernel = wasmKernel<SumInputs, SumAttrs>(Sum, ({ inputs, attrs, backend }) => {
  const x = inputs.x as TensorInfo
  const { shape, groups } = reduction(x.shape, attrs.axis, attrs.keepDims)
  const out = backend.makeOutput(shape, x.dtype === 'bool' ? 'int32' : x.dtype)
  const engine = x.dtype === 'float32' && !groups.includes(0) ? engineOf(backend) : undefined
  if (engine !== undefined && runSum(engine, engine.at(out), engine.at(x), groups, 1)) return out
  const axes = util.parseAxisParam(attrs.axis, x.shape)
  backend.typedArrayFromHeap(out).set(sumOverAxes(backend.typedArrayFromHeap(x), x.shape, axes))
  return out
})
