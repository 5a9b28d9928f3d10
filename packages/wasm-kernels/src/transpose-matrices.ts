import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floats } from './floats.ts'
import { transposeMatrix } from './transpose-matrix.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/** Transposes each matrix of a stack: `[..., rows, columns]` becomes `[..., columns, rows]`. */
export function transposeMatrices(backend: WasmHeap, stack: TensorInfo): TensorInfo {
  const outer = stack.shape.slice(0, -2)
  const [rows = 1, columns = 1] = stack.shape.slice(-2)
  const out = backend.makeOutput([...outer, columns, rows], 'float32')
  const source = floats(backend, stack)
  const target = floats(backend, out)
  const size = rows * columns
  for (let at = 0; at < source.length; at += size) transposeMatrix(source, at, target, at, rows, columns)
  return out
}
