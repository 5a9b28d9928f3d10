import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import type { ConvolutionSizes } from './convolution.ts'
import { WasmKernelError } from './wasm-kernel-error.ts'

export type Conv2DInfo = ReturnType<typeof backend_util.computeConv2DInfo>

/** The attributes that the gradients of Conv2D and of DepthwiseConv2dNative share. */
export interface ConvAttrs {
  readonly strides: [number, number] | number
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding
  readonly dilations?: [number, number] | number
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/** Sizes, strides, dilations and paddings of a convolution as tfjs computes them. */
export function convInfo(
  xShape: readonly number[],
  filterShape: readonly number[],
  attrs: ConvAttrs,
  depthwise = false,
): Conv2DInfo {
  return backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
  )
}

/** The same as the engine takes it: `turned`, from dy to dx, else from x to y. */
export function sizesOf(info: Conv2DInfo, turned: boolean): ConvolutionSizes {
  return {
    images: info.batchSize,
    sourceHeight: turned ? info.outHeight : info.inHeight,
    sourceWidth: turned ? info.outWidth : info.inWidth,
    sourceChannels: turned ? info.outChannels : info.inChannels,
    targetHeight: turned ? info.inHeight : info.outHeight,
    targetWidth: turned ? info.inWidth : info.outWidth,
    targetChannels: turned ? info.inChannels : info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    turned,
  }
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
  const info = convInfo(xShape, filterShape, attrs, depthwise)
  const [batch, outHeight = 0, outWidth = 0, channels] = dy.shape
  if (dy.shape.length !== 4 || batch !== info.batchSize || channels !== info.outChannels) {
    throw new WasmKernelError(
      'SHAPE_MISMATCH',
      `${kernelName}: \`dy\` must be [${info.batchSize}, height, width, ${info.outChannels}], got [${dy.shape.join(', ')}]. ` +
        'Pass the gradient of the output of this convolution.',
    )
  }
  // It is ours alone. A copy of so many fields would take longer than all of the above.
  return Object.assign(info, { outHeight, outWidth })
}
