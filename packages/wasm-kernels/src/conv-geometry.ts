import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import { WasmKernelError } from './wasm-kernel-error.ts'

type Conv2DInfo = ReturnType<typeof backend_util.computeConv2DInfo>

/** The attributes that the gradients of Conv2D and of DepthwiseConv2dNative share. */
export interface ConvAttrs {
  readonly strides: [number, number] | number
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding
  readonly dilations?: [number, number] | number
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/**
 * Sizes, strides, dilations and paddings of the convolution `x * filter` whose output had the shape of `dy`. The
 * output's height and width are those of `dy`: tfjs' Conv2D gradient forgets `dimRoundingMode`, so a size computed
 * from the attributes can be one short.
 *
 * @throws WasmKernelError `SHAPE_MISMATCH` when `dy` cannot be the gradient of that convolution.
 */
export function convGeometry(
  kernelName: string,
  xShape: readonly number[],
  filterShape: readonly number[],
  dy: TensorInfo,
  attrs: ConvAttrs,
  depthwise = false,
): Conv2DInfo {
  const info = backend_util.computeConv2DInfo(
    [...xShape] as [number, number, number, number],
    [...filterShape] as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
  )
  const [batch, outHeight = 0, outWidth = 0, channels] = dy.shape
  if (dy.shape.length !== 4 || batch !== info.batchSize || channels !== info.outChannels) {
    throw new WasmKernelError(
      'SHAPE_MISMATCH',
      `${kernelName}: \`dy\` must be [${info.batchSize}, height, width, ${info.outChannels}], got [${dy.shape.join(', ')}]. ` +
        'Pass the gradient of the output of this convolution.',
    )
  }
  return { ...info, outHeight, outWidth }
}
