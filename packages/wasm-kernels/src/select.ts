import { Select, type SelectInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { GRAIN } from './unary.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** `where`: t where the condition holds, e elsewhere. Conditions for whole rows and int32 go to the stock kernel. */
export const select: WasmKernel = wasmKernel<SelectInputs>(Select, ({ inputs, attrs, backend, stock }) => {
  const { condition, t, e } = inputs as Record<keyof SelectInputs, TensorInfo>
  const engine = t.dtype === 'float32' && e.dtype === 'float32' ? engineOf(backend) : undefined
  const items = util.sizeFromShape(t.shape)
  const isPlain = items > 0 && util.sizeFromShape(condition.shape) === items && util.sizeFromShape(e.shape) === items
  if (engine === undefined || !isPlain || condition.dtype !== 'bool') return stock(inputs, attrs)
  const y = backend.makeOutput(t.shape, 'float32')
  engine.run('choose', { items, grain: GRAIN }, [engine.at(y), engine.at(condition), engine.at(t), engine.at(e)])
  return y
})
