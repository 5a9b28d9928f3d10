import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Engine } from './engine/engine.ts'
import { GRAIN, ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

/** Numbers of a block whose sums are made apart. By the shape alone, so that no number of threads changes a sum. */
const BLOCK = 32_768

interface Blocks {
  readonly channels: number
  readonly rows: number
  readonly blockRows: number
  readonly blocks: number
  /** Channels, and room for a vector that begins at the last of them. */
  readonly width: number
  /** Of the sums of all blocks: two float64 for each channel. */
  readonly bytes: number
}

function blocksOf({ shape }: TensorInfo): Blocks {
  const channels = shape.at(-1) ?? 1
  const rows = util.sizeFromShape(shape) / Math.max(channels, 1)
  const blockRows = 32 * Math.ceil(BLOCK / 32 / Math.max(channels, 1))
  const blocks = Math.ceil(rows / blockRows)
  const width = channels + 3
  return { channels, rows, blockRows, blocks, width, bytes: 16 * width * blocks }
}

function at(engine: Engine, tensor: TensorInfo | undefined): number {
  return tensor === undefined ? 0 : engine.at(tensor)
}

function rowGrain(channels: number): number {
  return Math.max(1, Math.ceil(GRAIN / Math.max(channels, 1)))
}

/** Mean and biased variance of each channel over all other axes, `[2, channels]`, from sums in float64. */
export const ggBatchMoments: WasmKernel = ggKernel<{ x: TensorInfo }>(
  'GgBatchMoments',
  ({ inputs: { x }, engine, make }) => {
    const { channels, rows, blockRows, blocks, width, bytes } = blocksOf(x)
    const moments = make([2, channels])
    engine.borrow((take) => {
      const sums = take(bytes)
      const from = engine.at(x)
      engine.run('ggMomentSums', { items: blocks, grain: 1 }, [sums, from, channels, rows, blockRows, width])
      const cut = { items: channels, grain: channels }
      engine.run('ggMoments', cut, [engine.at(moments), sums, channels, rows, blocks, width])
    })
    return [moments]
  },
)

interface NormalizeInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly x: TensorInfo
  readonly moments: TensorInfo
  readonly scale: TensorInfo
  readonly offset: TensorInfo
  readonly residual?: TensorInfo
}

/** Batch norm with given moments, the sum with a shortcut and ReLU, as many of the three as are asked for, in one pass. */
export const ggBatchNormalize: WasmKernel = ggKernel<NormalizeInputs, { eps: number; relu: boolean }>(
  'GgBatchNormalize',
  ({ inputs: { x, moments, scale, offset, residual }, attrs: { eps, relu }, engine, make }) => {
    const channels = scale.shape[0] ?? 1
    const y = make(x.shape)
    const cut = {
      items: util.sizeFromShape(x.shape) / Math.max(channels, 1),
      grain: rowGrain(channels),
      scratch: 4 * channels,
    }
    const parts = [y, x, residual, moments, scale, offset].map((part) => at(engine, part))
    engine.run('ggNormalize', cut, [...parts, channels, relu ? 1 : 0], [eps])
    return [y]
  },
)

interface NormalizeGradInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly dy: TensorInfo
  readonly x: TensorInfo
  readonly moments: TensorInfo
  readonly scale: TensorInfo
  readonly y?: TensorInfo
}

interface NormalizeGradAttrs {
  readonly eps: number
  /** Whether there was a shortcut behind which ReLU stands, whose gradient is wanted too. */
  readonly residual: boolean
  /** Whether the moments are those of x, so that a part of the gradient goes through them. */
  readonly ofBatch: boolean
}

/** The gradients of x, scale and offset, and of the shortcut; `y` where a ReLU's slope is to be told from it. */
export const ggBatchNormalizeGrad: WasmKernel = ggKernel<NormalizeGradInputs, NormalizeGradAttrs>(
  'GgBatchNormalizeGrad',
  ({ inputs: { dy, x, moments, scale, y }, attrs: { eps, residual, ofBatch }, engine, make }) => {
    const { channels, rows, blockRows, blocks, width, bytes } = blocksOf(x)
    const dx = make(x.shape)
    const dScale = make(scale.shape)
    const dOffset = make(scale.shape)
    // Behind ReLU the shortcut's gradient is dy · [y > 0], which the second pass can read in place of dy and y.
    const dResidual = residual ? make(x.shape) : undefined
    engine.borrow((take) => {
      const sums = take(bytes)
      const coefficients = take(12 * channels)
      const [from, mean, gradient, output] = [x, moments, dy, y].map((part) => at(engine, part)) as [
        number,
        number,
        number,
        number,
      ]
      const masked = at(engine, dResidual)
      engine.run('ggNormalizeGradSums', { items: blocks, grain: 1 }, [
        ...[sums, gradient, from, output, mean, masked],
        ...[channels, rows, blockRows, width],
      ])
      engine.run(
        'ggNormalizeGradChannels',
        { items: channels, grain: channels },
        [
          ...[engine.at(dScale), engine.at(dOffset), coefficients, sums, mean, engine.at(scale)],
          ...[channels, rows, blocks, width, ofBatch ? 1 : 0],
        ],
        [eps],
      )
      const slopes = masked === 0 ? [gradient, from, output] : [masked, from, 0]
      const cut = { items: rows, grain: rowGrain(channels) }
      engine.run('ggNormalizeGrad', cut, [engine.at(dx), ...slopes, mean, coefficients, channels])
    })
    return dResidual === undefined ? [dx, dScale, dOffset] : [dx, dScale, dOffset, dResidual]
  },
)

interface RunningInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly mean: TensorInfo
  readonly variance: TensorInfo
  readonly moments: TensorInfo
}

/** Running mean and variance after a batch of `samples` numbers a channel with these moments. */
export const ggRunningMoments: WasmKernel = ggKernel<RunningInputs, { momentum: number; samples: number }>(
  'GgRunningMoments',
  ({ inputs: { mean, variance, moments }, attrs: { momentum, samples }, engine, make }) => {
    const channels = mean.shape[0] ?? 1
    const next = [make([channels]), make([channels])]
    const addresses = [...next, mean, variance, moments].map(engine.at)
    const factors = [momentum, 1 - momentum, samples / (samples - 1)]
    engine.run('ggRunningMoments', { items: channels, grain: channels }, [...addresses, channels], factors)
    return next
  },
)
