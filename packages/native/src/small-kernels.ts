import {
  add,
  cast,
  type DataType,
  greaterEqual,
  type KernelConfig,
  mul,
  scalar,
  type Tensor,
  type TensorInfo,
  tidy,
  util,
  where,
} from '@tensorflow/tfjs-core'
import { flag, type TensorflowBackend, tensorflowKernel, type } from './tensorflow-kernel.ts'

type Named<Name extends string> = { readonly [name in Name]: TensorInfo }

interface Shaped {
  readonly shape: number[]
}

/** Kernels of a few operations that tfjs-node lacks, has wrong, or makes slow. */
export const smallKernels: readonly KernelConfig[] = [
  // Copies there, as far as tfjs can see; here the data is shared and TensorFlow is told when it needs the new shape.
  tensorflowKernel<Named<'x'>, Shaped>('Reshape', ({ x }, { shape }, backend) =>
    sharing(backend, x, util.inferFromImplicitShape(shape, util.sizeFromShape(x.shape))),
  ),
  tensorflowKernel<Named<'input'>, { readonly dim: number }>('ExpandDims', ({ input }, { dim }, backend) =>
    sharing(backend, input, input.shape.toSpliced(dim < 0 ? input.shape.length + 1 + dim : dim, 0, 1)),
  ),
  // A call to TensorFlow costs as much as a small operation, and tfjs' means and sums cast whatever they are given.
  tensorflowKernel<Named<'x'>, { readonly dtype: DataType }>('Cast', ({ x }, { dtype }, backend) => {
    if (dtype === x.dtype) return sharing(backend, x, x.shape)
    const attributes = [type(backend, 'SrcT', x.dtype), type(backend, 'DstT', dtype), flag(backend, 'Truncate', false)]
    return backend.executeSingleOutput('Cast', attributes, [x])
  }),
  // tfjs-node fills two tensors of x's size from JavaScript for it; it is in the gradient of every ReLU. A NaN stays.
  tensorflowKernel<Named<'x'>, { readonly alpha: number }>('Step', ({ x }, { alpha }, backend) =>
    tidy(() => {
      const attributes = [type(backend, 'T', x.dtype)]
      const sign = backend.executeSingleOutput('Sign', attributes, [x])
      const step = backend.executeSingleOutput('Relu', attributes, [sign])
      return alpha === 0 ? (step as Tensor) : add(alpha, mul(1 - alpha, cast(step as Tensor, 'float32')))
    }),
  ),
  // The next four call methods on tensors there, which Node has only with the whole of tfjs.
  tensorflowKernel<Named<'x'>>('Exp', ({ x }, _, backend) =>
    tidy(() => backend.executeSingleOutput('Exp', [type(backend, 'T', 'float32')], [cast(x as Tensor, 'float32')])),
  ),
  // And where x is infinite it subtracts infinities there.
  tensorflowKernel<Named<'x' | 'alpha'>>('Prelu', (inputs) => {
    const [x, alpha] = [inputs.x as Tensor, inputs.alpha as Tensor]
    return tidy(() => where(greaterEqual(x, 0), x, mul(alpha, x)))
  }),
  arg('ArgMax'),
  arg('ArgMin'),
  // Missing there.
  tensorflowKernel<Named<'x' | 'weights'>, { readonly size: number; readonly binaryOutput?: boolean }>(
    'DenseBincount',
    ({ x, weights }, { size, binaryOutput = false }, backend) =>
      tidy(() => {
        const attributes = [
          ...[type(backend, 'Tidx', x.dtype), type(backend, 'T', weights.dtype)],
          flag(backend, 'binary_output', binaryOutput),
        ]
        return backend.executeSingleOutput('DenseBincount', attributes, [x, scalar(size, 'int32'), weights])
      }),
  ),
]

function arg(name: 'ArgMax' | 'ArgMin'): KernelConfig {
  return tensorflowKernel<Named<'x'>, { readonly axis: number }>(name, ({ x }, { axis }, backend) =>
    tidy(() => {
      const input = x.dtype === 'bool' ? cast(x as Tensor, 'int32') : x
      const attributes = [
        ...[type(backend, 'T', input.dtype), type(backend, 'Tidx', 'int32'), type(backend, 'output_type', 'int32')],
      ]
      return backend.executeSingleOutput(name, attributes, [input, scalar(axis, 'int32')])
    }),
  )
}

function sharing(backend: TensorflowBackend, x: TensorInfo, shape: number[]): TensorInfo {
  backend.incRef(x.dataId)
  return { dataId: x.dataId, shape, dtype: x.dtype }
}
