import { type KernelConfig, pad as padWith, type Tensor, type TensorInfo, tensor1d } from '@tensorflow/tfjs-core'
import { type TensorflowBackend, tensorflowKernel, type } from './tensorflow-kernel.ts'
import {
  type ConvolutionAttrs,
  convolutionAttributes,
  convolutionGeometry,
  type Geometry,
  isExplicit,
  paddingOf,
} from './window-attributes.ts'

type Named<Name extends string> = { readonly [name in Name]: TensorInfo }
type Shape = readonly [number, number, number, number]

/** tfjs-node refuses a number as padding, `[[0, 0], [1, 1], [1, 1], [0, 0]]` too in gradients; TensorFlow takes both. */
export const convolutions: readonly KernelConfig[] = [false, true].flatMap((depthwise) => {
  const op = depthwise ? 'DepthwiseConv2dNative' : 'Conv2D'
  const forward = tensorflowKernel<Named<'x' | 'filter'>, ConvolutionAttrs>(op, ({ x, filter }, attrs, backend) => {
    const geometry = convolutionGeometry(x.shape, filter.shape, attrs, depthwise)
    return backend.executeSingleOutput(op, attributes(backend, geometry), [x, filter])
  })
  const ofInput = tensorflowKernel<Named<'dy' | 'filter'>, ConvolutionAttrs & { readonly inputShape: Shape }>(
    `${op}BackpropInput`,
    ({ dy, filter }, attrs, backend) => {
      const geometry = convolutionGeometry(attrs.inputShape, filter.shape, attrs, depthwise)
      return withShape(attrs.inputShape, (shape) =>
        backend.executeSingleOutput(`${op}BackpropInput`, attributes(backend, geometry), [shape, filter, dy]),
      )
    },
  )
  const ofFilter = tensorflowKernel<Named<'x' | 'dy'>, ConvolutionAttrs & { readonly filterShape: Shape }>(
    `${op}BackpropFilter`,
    ({ x, dy }, attrs, backend) => {
      const geometry = convolutionGeometry(x.shape, attrs.filterShape, attrs, depthwise)
      const ofFilter = (geometry: Geometry, x: TensorInfo) =>
        withShape(attrs.filterShape, (shape) =>
          backend.executeSingleOutput(`${op}BackpropFilter`, attributes(backend, geometry), [x, shape, dy]),
        )
      if (!isExplicit(geometry)) return ofFilter(geometry, x)
      // As fast as explicit padding within TensorFlow, or twice as fast.
      const padded = padWith(x as Tensor, [[0, 0], ...paddingOf(geometry), [0, 0]])
      const result = ofFilter({ ...geometry, padInfo: { ...geometry.padInfo, type: 'VALID' } }, padded)
      padded.dispose()
      return result
    },
  )
  return [forward, ofInput, ofFilter]
})

/** The attributes of all six; they are float32 only, as in tfjs. */
function attributes(backend: TensorflowBackend, geometry: Geometry): ReturnType<typeof convolutionAttributes> {
  return [type(backend, 'T', 'float32'), ...convolutionAttributes(backend, geometry)]
}

function withShape<Result>(shape: Shape, body: (shape: TensorInfo) => Result): Result {
  const tensor = tensor1d([...shape], 'int32')
  try {
    return body(tensor)
  } finally {
    tensor.dispose()
  }
}
