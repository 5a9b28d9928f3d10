import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Conv2DInfo } from './conv-geometry.ts'
import type { Engine } from './engine/engine.ts'

// As the classes `Axis` in assembly/axis.ts and `Taps` in assembly/taps.ts.
export const AXIS_BYTES: number = 4 * 10
export const TAPS_BYTES: number = 4 * 12
/** Below this many operations a piece of work costs more to hand over than to do. */
export const PIECE: number = 2 ** 17
/** Blocks whose sums are kept apart: fixed, or sums would depend on the threads. */
const BLOCKS = 16

/** Writes the gradient with respect to the image to `dx`, which is not empty. */
export function depthwiseInputGradient(
  engine: Engine,
  info: Conv2DInfo,
  dy: TensorInfo,
  filter: TensorInfo,
  dx: TensorInfo,
): void {
  const { batchSize, inHeight, inWidth, outChannels, filterHeight, filterWidth, strideWidth } = info
  engine.run(
    'depthwiseInputGradient',
    {
      items: batchSize * inHeight,
      grain: Math.ceil(PIECE / (2 * inWidth * outChannels * filterHeight * filterWidth)),
      scratch: TAPS_BYTES + (1 + strideWidth) * AXIS_BYTES + 4 * outChannels,
    },
    [...depthwiseSizes(info), engine.at(dy), engine.at(filter), engine.at(dx)],
  )
}

/** Writes the gradient with respect to the filter to `dw`; there is a pixel at least. */
export function depthwiseFilterGradient(
  engine: Engine,
  info: Conv2DInfo,
  x: TensorInfo,
  dy: TensorInfo,
  dw: TensorInfo,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = info
  const taps = filterHeight * filterWidth
  const blocks = Math.min(BLOCKS, batchSize)
  engine.borrow((take) => {
    const sums = blocks === 1 ? engine.at(dw) : take(4 * blocks * taps * outChannels)
    engine.run(
      'depthwiseFilterGradient',
      { items: blocks, grain: 1, scratch: outChannels > inChannels ? 4 * inHeight * inWidth * outChannels : 0 },
      [...depthwiseSizes(info), engine.at(x), engine.at(dy), sums, blocks, batchSize],
    )
    if (blocks === 1) return
    engine.run('addFilterGradients', { items: taps, grain: taps }, [
      engine.at(dw),
      sums,
      outChannels,
      outChannels,
      blocks,
      taps * outChannels,
    ])
  })
}

/** As the class `Sizes` in assembly/depthwise.ts. */
export function depthwiseSizes(info: Conv2DInfo): number[] {
  return [
    info.inHeight,
    info.inWidth,
    info.outHeight,
    info.outWidth,
    info.inChannels,
    info.outChannels / info.inChannels,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    info.padInfo.top,
    info.padInfo.left,
  ]
}
