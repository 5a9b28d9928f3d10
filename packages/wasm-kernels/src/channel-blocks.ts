import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { GRAIN } from './gg-kernel.ts'

/** Numbers of a block at most, whose sums are made apart. By the shape alone, so that no number of threads changes a sum. */
const BLOCK = 32_768
/** Where there are several blocks they are a multiple of so many, of one size nearly, so that threads get equal shares. */
const SHARES = 4

/** How a tensor of features is cut for sums of its channels over all other axes. */
export interface ChannelBlocks {
  readonly channels: number
  readonly rows: number
  readonly blockRows: number
  readonly blocks: number
  /** Channels, and room for a vector that begins at the last of them. */
  readonly width: number
  /** Rows of a piece of work without sums. */
  readonly grain: number
}

/** The blocks of a tensor whose last axis is the channels. */
export function channelBlocks({ shape }: TensorInfo): ChannelBlocks {
  const channels = shape.at(-1) ?? 1
  const rows = util.sizeFromShape(shape) / Math.max(channels, 1)
  const least = Math.ceil((rows * channels) / BLOCK)
  const wanted = least > 1 ? SHARES * Math.ceil(least / SHARES) : 1
  const blockRows = 32 * Math.max(1, Math.ceil(rows / 32 / wanted))
  const blocks = Math.ceil(rows / blockRows)
  const grain = Math.max(1, Math.ceil(GRAIN / Math.max(channels, 1)))
  return { channels, rows, blockRows, blocks, width: channels + 3, grain }
}
