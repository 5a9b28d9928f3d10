import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { channelBlocks } from './channel-blocks.ts'
import { ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

interface BiasInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly x: TensorInfo
  readonly bias: TensorInfo
}

/** A number added to each channel, and ReLU if it is asked for, in one pass. */
export const ggAddBias: WasmKernel = ggKernel<BiasInputs, { relu: boolean }>(
  'GgAddBias',
  ({ inputs: { x, bias }, attrs: { relu }, engine, make }) => {
    const { channels, rows, grain } = channelBlocks(x)
    if (!util.arraysEqual(bias.shape, [channels])) return []
    const y = make(x.shape)
    const addresses = [y, x, bias].map(engine.at)
    engine.run('ggAddBias', { items: rows, grain }, [...addresses, channels, relu ? 1 : 0])
    return [y]
  },
)

interface BiasGradInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly dy: TensorInfo
  readonly y: TensorInfo
}

/** The gradients behind a ReLU whose output is `y`: of what went into it, and of the bias. */
export const ggAddBiasGrad: WasmKernel = ggKernel<BiasGradInputs>(
  'GgAddBiasGrad',
  ({ inputs: { dy, y }, engine, make }) => {
    const { channels, rows, blockRows, blocks, width } = channelBlocks(y)
    const g = make(y.shape)
    const dBias = make([channels])
    engine.borrow((take) => {
      const sums = take(8 * width * blocks)
      const addresses = [g, dy, y].map(engine.at)
      engine.run('ggAddBiasGrad', { items: blocks, grain: 1 }, [sums, ...addresses, channels, rows, blockRows, width])
      engine.run('ggSumBlocks', { items: channels, grain: channels }, [engine.at(dBias), sums, blocks, width])
    })
    return [g, dBias]
  },
)
