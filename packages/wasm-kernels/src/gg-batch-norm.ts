import type { TensorInfo } from '@tensorflow/tfjs-core'
import { channelBlocks } from './channel-blocks.ts'
import type { Engine } from './engine/engine.ts'
import { ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

function at(engine: Engine, tensor: TensorInfo | undefined): number {
  return tensor === undefined ? 0 : engine.at(tensor)
}

/** Mean and biased variance of each channel over all other axes, `[2, channels]`, from sums in float64. */
export const ggBatchMoments: WasmKernel = ggKernel<{ x: TensorInfo }>(
  'GgBatchMoments',
  ({ inputs: { x }, engine, make }) => {
    const { channels, rows, blockRows, blocks, width } = channelBlocks(x)
    const moments = make([2, channels])
    engine.borrow((take) => {
      const sums = take(16 * width * blocks)
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
    const { channels, rows, grain } = channelBlocks(x)
    const y = make(x.shape)
    const cut = { items: rows, grain, scratch: 4 * channels }
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
  readonly offset?: TensorInfo
  readonly y?: TensorInfo
}

interface NormalizeGradAttrs {
  readonly eps: number
  /** Whether there was a shortcut behind which ReLU stands, whose gradient is wanted too. */
  readonly residual: boolean
  /** Whether the moments are those of x, so that a part of the gradient goes through them. */
  readonly ofBatch: boolean
}

/**
 * The gradients of x, scale and offset, and of the shortcut; `y` where a ReLU's slope is to be told from it. With `offset`,
 * and without a shortcut, it is told from x: the same bits, and a map less to read in both passes.
 */
export const ggBatchNormalizeGrad: WasmKernel = ggKernel<NormalizeGradInputs, NormalizeGradAttrs>(
  'GgBatchNormalizeGrad',
  ({ inputs: { dy, x, moments, scale, offset, y }, attrs: { eps, residual, ofBatch }, engine, make }) => {
    const { channels, rows, blockRows, blocks, width, grain } = channelBlocks(x)
    const dx = make(x.shape)
    const dScale = make(scale.shape)
    const dOffset = make(scale.shape)
    // Behind ReLU the shortcut's gradient is dy · [y > 0], which the second pass can read in place of dy and y.
    const dResidual = residual ? make(x.shape) : undefined
    engine.borrow((take) => {
      const sums = take(16 * width * blocks)
      const coefficients = take(12 * channels)
      const [from, mean, gradient, output] = [x, moments, dy, y].map((part) => at(engine, part)) as [
        number,
        number,
        number,
        number,
      ]
      const masked = at(engine, dResidual)
      const scales = engine.at(scale)
      const offsets = output === 0 || residual ? 0 : at(engine, offset)
      engine.run(
        'ggNormalizeGradSums',
        { items: blocks, grain: 1, scratch: 4 * channels },
        [...[sums, gradient, from, output, mean, masked], ...[channels, rows, blockRows, width, scales, offsets]],
        [eps],
      )
      engine.run(
        'ggNormalizeGradChannels',
        { items: channels, grain: channels },
        [
          ...[engine.at(dScale), engine.at(dOffset), coefficients, sums, mean, scales],
          ...[channels, rows, blocks, width, ofBatch ? 1 : 0],
        ],
        [eps],
      )
      const slopes = masked === 0 ? [gradient, from, output] : [masked, from, 0]
      const rest = [mean, coefficients, channels, offsets]
      engine.run('ggNormalizeGrad', { items: rows, grain }, [engine.at(dx), ...slopes, ...rest])
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
