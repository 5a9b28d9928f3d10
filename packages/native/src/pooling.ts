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
import { type Geometry, isExplicit, poolingAttributes, poolingGeometry } from './window-attributes.ts'

type Named<Name extends string> = { readonly [name in Name]: TensorInfo }

/** tfjs-node refuses a number as padding; TensorFlow takes it for max pooling, and for means we pad ourselves. */
export const pooling: readonly KernelConfig[] = [
  tensorflowKernel<Named<'x'>, MaxPoolAttrs>('MaxPool', ({ x }, attrs, backend) => {
    const attributes = [type(backend, 'T', x.dtype), ...poolingAttributes(backend, poolingGeometry(x.shape, attrs))]
    const pooled = backend.executeSingleOutput('MaxPool', attributes, [x])
    return x.dtype === 'float32' ? withNaNs(backend, attributes, x as Tensor, pooled) : pooled
  }),
  tensorflowKernel<Named<'dy' | 'input' | 'output'>, MaxPoolAttrs>(
    'MaxPoolGrad',
    ({ dy, input, output }, attrs, backend) => {
      const geometry = poolingGeometry(input.shape, attrs)
      const attributes = [type(backend, 'T', input.dtype), ...poolingAttributes(backend, geometry)]
      return backend.executeSingleOutput('MaxPoolGrad', attributes, [input, output, dy])
    },
  ),
  tensorflowKernel<Named<'x'>, MaxPoolAttrs>('AvgPool', ({ x }, attrs, backend) => {
    const geometry = poolingGeometry(x.shape, attrs)
    if (!isExplicit(geometry)) return mean(backend, geometry, x)
    return tidy(() => {
      const padded = padWith(x as Tensor, [[0, 0], ...padding(geometry), [0, 0]])
      return mul(mean(backend, valid(geometry), padded), shares(geometry))
    })
  }),
  tensorflowKernel<Named<'dy' | 'input'>, MaxPoolAttrs>('AvgPoolGrad', ({ dy, input }, attrs, backend) => {
    const geometry = poolingGeometry(input.shape, attrs)
    if (!isExplicit(geometry)) return meanGradient(backend, geometry, geometry.inShape, dy)
    return tidy(() => {
      const [[top, bottom], [left, right]] = padding(geometry)
      const [batch, height, width, channels] = geometry.inShape
      const shape = [batch, top + height + bottom, left + width + right, channels]
      const whole = meanGradient(backend, valid(geometry), shape, mul(dy as Tensor, shares(geometry)))
      return slice(whole, [0, top, left, 0], geometry.inShape)
    })
  }),
]

/** TensorFlow's maximum on the CPU leaves a NaN out, so training that has gone wrong would look well behind a pool. */
function withNaNs(backend: TensorflowBackend, attributes: readonly Attribute[], x: Tensor, pooled: Tensor): TensorInfo {
  return tidy(() => {
    const found = backend.executeSingleOutput('MaxPool', attributes, [cast(isNotANumber(x), 'float32')])
    const result = where(greater(found, 0), Number.NaN, pooled)
    pooled.dispose()
    return result
  })
}

function mean(backend: TensorflowBackend, geometry: Geometry, x: TensorInfo): Tensor {
  return backend.executeSingleOutput(
    'AvgPool',
    [type(backend, 'T', x.dtype), ...poolingAttributes(backend, geometry)],
    [x],
  )
}

function meanGradient(
  backend: TensorflowBackend,
  geometry: Geometry,
  shape: readonly number[],
  dy: TensorInfo,
): Tensor {
  const sizes = tensor1d([...shape], 'int32')
  const attributes = [type(backend, 'T', dy.dtype), ...poolingAttributes(backend, geometry)]
  const result = backend.executeSingleOutput('AvgPoolGrad', attributes, [sizes, dy])
  sizes.dispose()
  return result
}

function valid(geometry: Geometry): Geometry {
  return { ...geometry, padInfo: { ...geometry.padInfo, type: 'VALID' } }
}

/** What to add before and after each side, so that all windows of the output lie within. */
function padding(g: Geometry): [[number, number], [number, number]] {
  const after = (size: number, before: number, given: number, out: number, stride: number, window: number) =>
    Math.max(given, (out - 1) * stride + window - size - before)
  const { top, bottom, left, right } = g.padInfo
  return [
    [top, after(g.inHeight, top, bottom, g.outHeight, g.strideHeight, g.filterHeight)],
    [left, after(g.inWidth, left, right, g.outWidth, g.strideWidth, g.filterWidth)],
  ]
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
