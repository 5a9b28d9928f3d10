import { EluGrad, type EluGradInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Engine } from './engine/engine.ts'
import { engineOf } from './engine/engine-of.ts'
import { ggKernel } from './gg-kernel.ts'
import { GRAIN } from './unary.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** The gradient of ELU out of its result: dy where y ≥ 0, else dy (y + 1). */
const eluGrad: WasmKernel = wasmKernel<EluGradInputs>(EluGrad, ({ inputs, attrs, backend, stock }) => {
  const { dy, y } = inputs as { readonly dy: TensorInfo; readonly y: TensorInfo }
  const engine = engineOf(backend)
  if (engine === undefined || dy.dtype !== 'float32' || y.dtype !== 'float32') return stock(inputs, attrs)
  const dx = backend.makeOutput(y.shape, 'float32')
  run(engine, 'eluGrad', dx, dy, y)
  return dx
})

/** A gradient that `@gg/core/register-gradients` asks for: of dy and what the forward pass kept, of one shape. */
function slope(kernelName: `Gg${string}`, job: string, kept: 'x' | 'y'): WasmKernel {
  return ggKernel<{ readonly [name: string]: TensorInfo }, { readonly alpha?: number }>(
    kernelName,
    ({ inputs, attrs: { alpha }, engine, make }) => {
      const dy = inputs['dy'] as TensorInfo
      const dx = make(dy.shape)
      run(engine, job, dx, dy, inputs[kept] as TensorInfo, alpha)
      return [dx]
    },
  )
}

function run(engine: Engine, job: string, dx: TensorInfo, dy: TensorInfo, kept: TensorInfo, alpha?: number): void {
  const items = util.sizeFromShape(dy.shape)
  if (items === 0) return
  const ints = [engine.at(dx), engine.at(dy), engine.at(kept), items, 1, 1, 0]
  engine.run(job, { items, grain: GRAIN }, ints, alpha === undefined ? undefined : [alpha])
}

/** Gradients of activations in one pass. */
export const SLOPE_KERNELS: readonly WasmKernel[] = [
  eluGrad,
  slope('GgLeakyReluGrad', 'leakyReluGrad', 'x'),
  slope('GgRelu6Grad', 'relu6Grad', 'x'),
  slope('GgReluGrad', 'reluGrad', 'x'),
  slope('GgSigmoidGrad', 'sigmoidGrad', 'y'),
  slope('GgTanhGrad', 'tanhGrad', 'y'),
]
