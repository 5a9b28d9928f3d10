import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Broadcast, broadcast } from './broadcast.ts'
import type { Engine } from './engine/engine.ts'
import { engineOf } from './engine/engine-of.ts'
import { GRAIN } from './unary.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

interface Inputs {
  readonly a: TensorInfo
  readonly b: TensorInfo
}

/** Shorter rows than this are repeated, so that vectors fill and a row's overhead counts for little. */
const SHORT = 64
const REPEATED = 256

/**
 * A kernel for a function of two float32 numbers, with broadcasting; other dtypes go to the stock kernel.
 *
 * @param job - The job that does it.
 * @param dtype - What it gives.
 */
export function binary(kernelName: string, job: string, dtype: 'float32' | 'bool' = 'float32'): WasmKernel {
  return wasmKernel<Inputs>(kernelName, ({ inputs, attrs, backend, stock }) => {
    const { a, b } = inputs
    const engine = engineOf(backend)
    if (engine === undefined || a.dtype !== 'float32' || b.dtype !== 'float32') return stock({ a, b }, attrs)
    const layout = broadcast(a.shape, b.shape)
    const y = backend.makeOutput(layout.shape, dtype)
    runBinary(engine, job, layout, [engine.at(y), engine.at(a), engine.at(b)])
    return y
  })
}

/** Runs a job with two inputs. `addresses` are those of the result and of both inputs. */
function runBinary(
  engine: Engine,
  job: string,
  { items, layout }: Broadcast,
  [y, a, b]: readonly [number, number, number],
  fractions?: readonly number[],
): void {
  if (items === 0) return
  const [length = 1, aStep = 1, bStep = 1, axes, size, aStride, bStride] = layout
  const biasOf = aStride === 0 && size !== undefined ? 1 : bStride === 0 ? 2 : 0
  if (length >= SHORT || axes !== 1 || aStep + bStep !== 2 || biasOf === 0 || items < 8 * REPEATED) {
    engine.run(job, { items, grain: GRAIN }, [y, a, b, ...layout], fractions)
    return
  }
  // A bias of a few channels: with the channels repeated, a row is long, and ends where a vector ends.
  const channels = Math.ceil(REPEATED / length / 4) * 4 * length
  engine.borrow((take) => {
    const bias = take(4 * channels)
    const { buffer } = engine.heap.memory
    const source = new Float32Array(buffer, biasOf === 1 ? a : b, length)
    const target = new Float32Array(buffer, bias, channels)
    for (let i = 0; i < channels; i += length) target.set(source, i)
    const long = [
      channels,
      1,
      1,
      1,
      Math.ceil(items / channels),
      biasOf === 1 ? 0 : channels,
      biasOf === 2 ? 0 : channels,
    ]
    engine.run(job, { items, grain: GRAIN }, [y, biasOf === 1 ? bias : a, biasOf === 2 ? bias : b, ...long], fractions)
  })
}
