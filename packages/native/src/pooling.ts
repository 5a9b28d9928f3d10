import {
  cast,
  greater,
  isNaN as isNotANumber,
  type KernelConfig,
  type MaxPoolAttrs,
  mul,
  pad as padWith,
  slice,
  type Tensor,
  type TensorInfo,
  tensor,
  tensor1d,
  tidy,
  where,
} from '@tensorflow/tfjs-core'
import type { Attribute } from './binding.ts'
import { type TensorflowBackend, tensorflowKernel, type } from './tensorflow-kernel.ts'
import { type Geometry, isExplicit, paddingOf, poolingAttributes, poolingGeometry } from './window-attributes.ts'

type Named<Name extends string> = { readonly [name in Name]: TensorInfo }

/** tfjs-node refuses a number as padding. TensorFlow has none for means, and none as wide as a window for maxima. */
export const pooling: readonly KernelConfig[] = [
  tensorflowKernel<Named<'x'>, MaxPoolAttrs>('MaxPool', ({ x }, attrs, backend) => {
    const geometry = poolingGeometry(x.shape, attrs)
    if (!isExplicit(geometry)) return maximum(backend, geometry, x as Tensor)
    return tidy(() => maximum(backend, valid(geometry), padded(x, geometry, Number.NEGATIVE_INFINITY)))
  }),
  tensorflowKernel<Named<'dy' | 'input' | 'output'>, MaxPoolAttrs>(
    'MaxPoolGrad',
    ({ dy, input, output }, attrs, backend) => {
      // The output says how it was rounded, which tfjs does not hand on to the gradient.
      const [, outHeight = 0, outWidth = 0] = dy.shape
      const geometry = { ...poolingGeometry(input.shape, attrs), outHeight, outWidth }
      const gradient = (geometry: Geometry, x: TensorInfo) =>
        backend.executeSingleOutput('MaxPoolGrad', attributes(backend, geometry, x), [x, output, dy])
      if (!isExplicit(geometry)) return gradient(geometry, input)
      return tidy(() => {
        const whole = gradient(valid(geometry), padded(input, geometry, Number.NEGATIVE_INFINITY))
        return cut(whole, geometry)
      })
    },
  ),
  tensorflowKernel<Named<'x'>, MaxPoolAttrs>('AvgPool', ({ x }, attrs, backend) => {
    const geometry = poolingGeometry(x.shape, attrs)
    if (!isExplicit(geometry)) return mean(backend, geometry, x)
    return tidy(() => mul(mean(backend, valid(geometry), padded(x, geometry, 0)), shares(geometry)))
  }),
  tensorflowKernel<Named<'dy' | 'input'>, MaxPoolAttrs>('AvgPoolGrad', ({ dy, input }, attrs, backend) => {
    const [, outHeight = 0, outWidth = 0] = dy.shape
    const geometry = { ...poolingGeometry(input.shape, attrs), outHeight, outWidth }
    if (!isExplicit(geometry)) return meanGradient(backend, geometry, geometry.inShape, dy)
    return tidy(() => {
      const [[top, bottom], [left, right]] = paddingOf(geometry)
      const [batch, height, width, channels] = geometry.inShape
      const shape = [batch, top + height + bottom, left + width + right, channels]
      return cut(meanGradient(backend, valid(geometry), shape, mul(dy as Tensor, shares(geometry))), geometry)
    })
  }),
]

function attributes(backend: TensorflowBackend, geometry: Geometry, { dtype }: TensorInfo): readonly Attribute[] {
  return [type(backend, 'T', dtype), ...poolingAttributes(backend, geometry)]
}

function maximum(backend: TensorflowBackend, geometry: Geometry, x: Tensor): Tensor {
  const pooled = backend.executeSingleOutput('MaxPool', attributes(backend, geometry, x), [x])
  return x.dtype === 'float32' ? withNaNs(backend, attributes(backend, geometry, x), x, pooled) : pooled
}

function padded(x: TensorInfo, geometry: Geometry, value: number): Tensor {
  return padWith(x as Tensor, [[0, 0], ...paddingOf(geometry), [0, 0]], value)
}

/** The part of a padded map that is the map. */
function cut(whole: Tensor, geometry: Geometry): Tensor {
  const [[top], [left]] = paddingOf(geometry)
  return slice(whole, [0, top, left, 0], geometry.inShape)
}

/** TensorFlow's maximum on the CPU leaves a NaN out, so training that has gone wrong would look well behind a pool. */
function withNaNs(backend: TensorflowBackend, attributes: readonly Attribute[], x: Tensor, pooled: Tensor): Tensor {
  return tidy(() => {
    const found = backend.executeSingleOutput('MaxPool', attributes, [cast(isNotANumber(x), 'float32')])
    const result = where(greater(found, 0), Number.NaN, pooled)
    pooled.dispose()
    return result
  })
}

function mean(backend: TensorflowBackend, geometry: Geometry, x: TensorInfo): Tensor {
  return backend.executeSingleOutput('AvgPool', attributes(backend, geometry, x), [x])
}

function meanGradient(
  backend: TensorflowBackend,
  geometry: Geometry,
  shape: readonly number[],
  dy: TensorInfo,
): Tensor {
  const sizes = tensor1d([...shape], 'int32')
  const result = backend.executeSingleOutput('AvgPoolGrad', attributes(backend, geometry, dy), [sizes, dy])
  sizes.dispose()
  return result
}

function valid(geometry: Geometry): Geometry {
  return { ...geometry, padInfo: { ...geometry.padInfo, type: 'VALID' } }
}

/** The size of the window over the pixels of each that lie in the image, by which a mean over padding falls short. */
function shares(g: Geometry): Tensor {
  const within = (size: number, before: number, out: number, stride: number, window: number) =>
    Array.from({ length: out }, (_, i) => {
      const start = i * stride - before
      return window / Math.max(1, Math.min(start + window, size) - Math.max(start, 0))
    })
  const rows = within(g.inHeight, g.padInfo.top, g.outHeight, g.strideHeight, g.filterHeight)
  const columns = within(g.inWidth, g.padInfo.left, g.outWidth, g.strideWidth, g.filterWidth)
  return tensor(
    rows.flatMap((row) => columns.map((column) => row * column)),
    [1, rows.length, columns.length, 1],
  )
}
