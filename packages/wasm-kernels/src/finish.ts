import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { callKernel } from './call-kernel.ts'
import type { Engine } from './engine/engine.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/** What a product does with its sums before it stores them. */
export interface Finish {
  /** Address of the bias, one number a column. */
  readonly bias: number
  /** The sum of the words in assembly/tile-edges.ts. */
  readonly mode: number
  readonly low: number
  readonly high: number
}

/** The sums as they are. */
export const PLAIN_SUMS: Finish = { bias: 0, mode: 0, low: 0, high: 0 }

/** What tfjs' fused kernels are asked to do with a product. */
export interface FusedAttrs {
  readonly activation?: string
  readonly leakyreluAlpha?: number
}

/** Their inputs beside the factors. */
export interface FusedInputs {
  readonly bias?: TensorInfo
  readonly preluActivationWeights?: TensorInfo
}

// As in assembly/tile-edges.ts.
const BIAS = 2
const CLAMP = 4
const SLOPE = 8

/** Activations that go over the result once more, and their jobs. */
const PASSES: Readonly<Record<string, string>> = { elu: 'elu', sigmoid: 'sigmoid' }
const GRAIN = 2 ** 14

/** Whether the engine knows the activation, and the bias is a number or one a column. */
export function canFinish({ bias }: FusedInputs, { activation = 'linear' }: FusedAttrs, columns: number): boolean {
  if (bias !== undefined) {
    const size = util.sizeFromShape(bias.shape)
    if (bias.dtype !== 'float32' || (size !== 1 && size !== columns)) return false
  }
  return ['linear', 'relu', 'relu6', 'leakyrelu', 'prelu'].includes(activation) || activation in PASSES
}

/**
 * Runs `multiply`, which writes `out`, and gives the result with bias and activation. What a tile can do to its sums
 * it does; other activations go over `out` once more.
 */
export function finished(
  backend: WasmHeap,
  engine: Engine,
  out: TensorInfo,
  inputs: FusedInputs,
  { activation = 'linear', leakyreluAlpha = 0 }: FusedAttrs,
  columns: number,
  multiply: (finish: Finish) => void,
): TensorInfo {
  const { bias, preluActivationWeights: alpha } = inputs
  const size = util.sizeFromShape(out.shape)
  if (size > 0) {
    engine.borrow((take) => {
      const clamps = activation === 'relu' || activation === 'relu6'
      const slopes = activation === 'leakyrelu'
      const at = bias === undefined ? 0 : columnwise(engine, take, bias, columns)
      const mode = (bias === undefined ? 0 : BIAS) + (clamps ? CLAMP : 0) + (slopes ? SLOPE : 0)
      const high = activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY
      multiply({ bias: at, mode, low: slopes ? leakyreluAlpha : 0, high })
    })
  }
  const pass = PASSES[activation]
  if (pass !== undefined) engine.run(pass, { items: size, grain: GRAIN }, [engine.at(out), engine.at(out)])
  if (activation !== 'prelu' || alpha === undefined) return out
  const y = callKernel(backend, 'Prelu', { x: out, alpha }, {})
  backend.disposeData(out.dataId)
  return y
}

/** Where a bias has one number a column. */
function columnwise(engine: Engine, take: (bytes: number) => number, bias: TensorInfo, columns: number): number {
  if (util.sizeFromShape(bias.shape) === columns) return engine.at(bias)
  const spread = take(4 * columns)
  const { buffer } = engine.heap.memory
  new Float32Array(buffer, spread, columns).fill(new Float32Array(buffer, engine.at(bias), 1)[0] ?? 0)
  return spread
}
