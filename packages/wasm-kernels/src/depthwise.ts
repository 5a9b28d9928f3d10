import { DepthwiseConv2dNative, type DepthwiseConv2dNativeInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type Conv2DInfo, type ConvAttrs, convInfo } from './conv-geometry.ts'
import { AXIS_BYTES, depthwiseSizes, PIECE, TAPS_BYTES } from './depthwise-gradients.ts'
import type { Engine } from './engine/engine.ts'
import { engineOf } from './engine/engine-of.ts'
import { type Finish, PLAIN_SUMS } from './finish.ts'
import { GRAIN } from './unary.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/**
 * Depthwise convolution of `x` `[batch, height, width, c]` with `filter` `[filterHeight, filterWidth, c, M]`, any stride,
 * dilation and padding; the result has `c · M` channels. Vectors run along the channels. NCHW goes to the stock kernel,
 * which refuses it.
 */
export const depthwiseConv2dNative: WasmKernel = wasmKernel<DepthwiseConv2dNativeInputs, ConvAttrs>(
  DepthwiseConv2dNative,
  ({ inputs, attrs, backend, stock }) => {
    const engine = engineOf(backend)
    const x = inputs.x as TensorInfo
    const filter = inputs.filter as TensorInfo
    if (engine === undefined || attrs.dataFormat === 'NCHW' || x.dtype !== 'float32' || filter.dtype !== 'float32') {
      return stock(inputs, attrs)
    }
    const info = convInfo(x.shape, filter.shape, attrs, true)
    const y = backend.makeOutput(info.outShape, 'float32')
    depthwise(engine, info, x, filter, y, PLAIN_SUMS)
    return y
  },
)

/** Writes the convolution to `y`. With a multiplier, x is first written out with each channel so many times. */
export function depthwise(
  engine: Engine,
  info: Conv2DInfo,
  x: TensorInfo,
  filter: TensorInfo,
  y: TensorInfo,
  { bias, mode, low, high }: Finish,
): void {
  if (util.sizeFromShape(y.shape) === 0) return
  const { batchSize, outHeight, outWidth, inChannels, outChannels, filterHeight, filterWidth } = info
  const multiplier = outChannels / inChannels
  const operations = 2 * outWidth * outChannels * filterHeight * filterWidth
  engine.borrow((take) => {
    let source = engine.at(x)
    if (multiplier > 1) {
      const items = util.sizeFromShape(x.shape)
      source = take(4 * items * multiplier)
      engine.run('repeatChannels', { items, grain: GRAIN }, [source, engine.at(x), multiplier])
    }
    engine.run(
      'depthwise',
      { items: batchSize * outHeight, grain: Math.ceil(PIECE / operations), scratch: 2 * AXIS_BYTES + TAPS_BYTES },
      [
        ...depthwiseSizes({ ...info, inChannels: outChannels }),
        source,
        engine.at(filter),
        engine.at(y),
        bias,
        // The bias is there or not; what counts here is the activation.
        mode & ~BIAS,
      ],
      [low, high],
    )
  })
}

/** As in assembly/tile-edges.ts. */
const BIAS = 2
