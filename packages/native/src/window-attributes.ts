import { backend_util, type Conv2DAttrs, type MaxPoolAttrs } from '@tensorflow/tfjs-core'
import type { Attribute } from './binding.ts'
import { ints, type TensorflowBackend, text } from './tensorflow-kernel.ts'

/** The geometry of a convolution or of pooling. */
export type Geometry = backend_util.Conv2DInfo

/** Padding, strides and format of a convolution in TensorFlow's words; it has explicit padding as tfjs has numbers. */
export function convolutionAttributes(backend: TensorflowBackend, geometry: Geometry): readonly Attribute[] {
  return [
    ...paddingAttributes(backend, geometry),
    ints(backend, 'strides', [1, geometry.strideHeight, geometry.strideWidth, 1]),
    ints(backend, 'dilations', [1, geometry.dilationHeight, geometry.dilationWidth, 1]),
    text(backend, 'data_format', 'NHWC'),
  ]
}

/** Padding, strides and format of pooling in TensorFlow's words. */
export function poolingAttributes(backend: TensorflowBackend, geometry: Geometry): readonly Attribute[] {
  return [
    ...paddingAttributes(backend, geometry),
    ints(backend, 'ksize', [1, geometry.filterHeight, geometry.filterWidth, 1]),
    ints(backend, 'strides', [1, geometry.strideHeight, geometry.strideWidth, 1]),
    text(backend, 'data_format', 'NHWC'),
  ]
}

/** Whether TensorFlow needs the numbers of the padding. */
export function isExplicit({ padInfo }: Geometry): boolean {
  return padInfo.type !== 'SAME' && padInfo.type !== 'VALID'
}

/** What to add before and after each side, so that all windows of the output lie within, also where it is rounded up. */
export function paddingOf(g: Geometry): [[number, number], [number, number]] {
  const after = (size: number, before: number, given: number, out: number, stride: number, window: number) =>
    Math.max(given, (out - 1) * stride + window - size - before)
  const { top, bottom, left, right } = g.padInfo
  return [
    [top, after(g.inHeight, top, bottom, g.outHeight, g.strideHeight, g.effectiveFilterHeight)],
    [left, after(g.inWidth, left, right, g.outWidth, g.strideWidth, g.effectiveFilterWidth)],
  ]
}

function paddingAttributes(backend: TensorflowBackend, geometry: Geometry): readonly Attribute[] {
  if (!isExplicit(geometry)) return [text(backend, 'padding', geometry.padInfo.type)]
  const numbers = ints(backend, 'explicit_paddings', [0, 0, ...paddingOf(geometry).flat(), 0, 0])
  return [text(backend, 'padding', 'EXPLICIT'), numbers]
}

/** What all convolutions, plain and depthwise, are told. */
export type ConvolutionAttrs = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & {
  readonly dilations?: Conv2DAttrs['dilations']
  readonly dataFormat?: Conv2DAttrs['dataFormat']
}

/** The geometry of a convolution over `[batch, height, width, channels]`. */
export function convolutionGeometry(
  input: readonly number[],
  filter: readonly number[],
  { strides, dilations, pad, dimRoundingMode }: ConvolutionAttrs,
  depthwise: boolean,
): Geometry {
  const [four, filters] = [input as FourNumbers, filter as FourNumbers]
  return named(backend_util.computeConv2DInfo(four, filters, strides, dilations ?? 1, pad, dimRoundingMode, depthwise))
}

/** The geometry of pooling over `[batch, height, width, channels]`. */
export function poolingGeometry(
  input: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
): Geometry {
  return named(backend_util.computePool2DInfo(input as FourNumbers, filterSize, strides, 1, pad, dimRoundingMode))
}

/**
 * Numbers that are those of 'same' become 'same': oneDNN takes it where it is on, while TensorFlow's gradients with explicit padding go
 * another way that is 1.5 to 5 times as slow.
 */
function named(g: Geometry): Geometry {
  const isSame = (size: number, out: number, stride: number, window: number, before: number, after: number) => {
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0)
    return out === Math.ceil(size / stride) && before === Math.floor(total / 2) && after === Math.ceil(total / 2)
  }
  const { top, bottom, left, right } = g.padInfo
  const same =
    isSame(g.inHeight, g.outHeight, g.strideHeight, g.effectiveFilterHeight, top, bottom) &&
    isSame(g.inWidth, g.outWidth, g.strideWidth, g.effectiveFilterWidth, left, right)
  return isExplicit(g) && same ? { ...g, padInfo: { ...g.padInfo, type: 'SAME' } } : g
}

type FourNumbers = [number, number, number, number]
