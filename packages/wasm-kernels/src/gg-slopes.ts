import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { channelBlocks } from './channel-blocks.ts'
import { GRAIN, ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

interface GateInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly dy: TensorInfo
  readonly x: TensorInfo
}

interface GateAttrs {
  readonly activation: string
  readonly temperature: number
  /** Whether a ReLU is behind x, which may then be what went into it or what came out of it. */
  readonly relu: boolean
}

/** What `Slopes.tabulate` of assembly/gg-slopes.ts writes, the longest of its tables. */
const TABLE_BYTES = 40

/** Gradient gating, `dy ⊙ σ(x / T)` or with the hard sigmoid, and behind a ReLU `dy ⊙ 1[x > 0] ⊙ σ(x / T)`, in one pass. */
export const ggGate: WasmKernel = ggKernel<GateInputs, GateAttrs>(
  'GgGate',
  ({ inputs: { dy, x }, attrs: { activation, temperature, relu }, engine, make }) => {
    if (!util.arraysEqual(dy.shape, x.shape)) return []
    const dx = make(dy.shape)
    const forms = [activation === 'hard-sigmoid' ? 1 : 0, relu ? 1 : 0]
    const cut = { items: util.sizeFromShape(dy.shape), grain: GRAIN, scratch: TABLE_BYTES }
    engine.run('ggGate', cut, [engine.at(dx), engine.at(dy), engine.at(x), ...forms], [1 / temperature])
    return [dx]
  },
)

// As in assembly/gg-slopes.ts.
const ACTIVATIONS: readonly string[] = ['relu', 'sigmoid', 'tanh']
const SHAPES: readonly string[] = ['gaussian', 'shiftedSigmoid', 'constant']

interface AccelerateAttrs {
  readonly activation: string
  readonly shape: string
  readonly a: number
  readonly b: number
  readonly strength: number
  readonly K: number
}

/** The forward pass of GAAF's literal form, `φ(x) + strength · g(x) s(x)`. */
export const ggAccelerate: WasmKernel = ggKernel<{ x: TensorInfo }, AccelerateAttrs>(
  'GgAccelerate',
  ({ inputs: { x }, attrs: { activation, shape, a, b, strength, K }, engine, make }) => {
    const y = make(x.shape)
    const kinds = [ACTIVATIONS.indexOf(activation), SHAPES.indexOf(shape)]
    const cut = { items: util.sizeFromShape(x.shape), grain: GRAIN, scratch: TABLE_BYTES }
    engine.run('ggAccelerate', cut, [engine.at(y), engine.at(x), ...kinds], [a, b, strength, K])
    return [y]
  },
)

interface AccelerateGradInputs extends GateInputs {
  /** The output, which the exact form asks for, but for a ReLU. */
  readonly y?: TensorInfo
}

/** The backward pass of GAAF, `dy ⊙ (φ'(x) + strength · s(x))`, of the literal form with `s + g s'` in the place of `s`. */
export const ggAccelerateGrad: WasmKernel = ggKernel<AccelerateGradInputs, AccelerateAttrs & { literal: boolean }>(
  'GgAccelerateGrad',
  ({ inputs: { dy, x, y }, attrs: { activation, shape, a, b, strength, K, literal }, engine, make }) => {
    if (!util.arraysEqual(dy.shape, x.shape) || (y === undefined && !literal && activation !== 'relu')) return []
    const dx = make(x.shape)
    const addresses = [engine.at(dx), engine.at(dy), engine.at(x), y === undefined ? 0 : engine.at(y)]
    const kinds = [ACTIVATIONS.indexOf(activation), SHAPES.indexOf(shape)]
    const cut = { items: util.sizeFromShape(x.shape), grain: GRAIN, scratch: TABLE_BYTES }
    const job = literal ? 'ggAccelerateLiteralGrad' : 'ggAccelerateGrad'
    engine.run(job, cut, [...addresses, ...kinds], [a, b, strength, K])
    return [dx]
  },
)

interface AccelerateBiasGradInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly dy: TensorInfo
  readonly x: TensorInfo
  readonly bias: TensorInfo
}

/**
 * The same for an accelerated ReLU behind a bias, of the exact form: the gradient of `x`, to which the bias was added, and of the
 * bias.
 */
export const ggAccelerateBiasGrad: WasmKernel = ggKernel<AccelerateBiasGradInputs, AccelerateAttrs>(
  'GgAccelerateBiasGrad',
  ({ inputs: { dy, x, bias }, attrs: { activation, shape, a, b, strength }, engine, make }) => {
    const { channels, rows, blockRows, blocks, width } = channelBlocks(x)
    if (activation !== 'relu' || !util.arraysEqual(dy.shape, x.shape)) return []
    if (!util.arraysEqual(bias.shape, [channels])) return []
    const dx = make(x.shape)
    const dBias = make([channels])
    // The least common multiple of the channels and 8.
    const pattern = channels * (8 / Math.min(8, channels & -channels))
    engine.borrow((take) => {
      const sums = take(8 * width * blocks)
      const addresses = [dx, dy, x, bias].map(engine.at)
      const sizes = [channels, rows, blockRows, width, SHAPES.indexOf(shape), pattern]
      const cut = { items: blocks, grain: 1, scratch: 64 + 8 * pattern }
      engine.run('ggAccelerateBiasGrad', cut, [sums, ...addresses, ...sizes], [a, b, strength])
      engine.run('ggSumBlocks', { items: channels, grain: channels }, [engine.at(dBias), sums, blocks, width])
    })
    return [dx, dBias]
  },
)
