import { add, type KernelConfig, reshape, slice, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core'
import type { Attribute } from './binding.ts'
import { flag, float, type TensorflowBackend, tensorflowKernel, text, type } from './tensorflow-kernel.ts'

interface Normalize {
  readonly x: TensorInfo
  /** Mean and variance of each channel, `[2, channels]`. */
  readonly moments: TensorInfo
  readonly scale: TensorInfo
  readonly offset: TensorInfo
  readonly residual?: TensorInfo
}

interface NormalizeGrad {
  readonly dy: TensorInfo
  readonly x: TensorInfo
  readonly moments: TensorInfo
  readonly scale: TensorInfo
  /** The output, where a ReLU follows. */
  readonly y?: TensorInfo
}

interface NormalizeGradAttrs {
  readonly eps: number
  /** Whether there was a shortcut behind which ReLU stands, whose gradient is wanted too. */
  readonly residual: boolean
  /** Whether the moments are those of x, so that a part of the gradient goes through them. */
  readonly ofBatch: boolean
}

/**
 * Batch norm by TensorFlow's own operations in place of the ten that its plain form takes, under the names by which
 * models ask for fused kernels (`fusedKernel` of `@gg/core`). A kernel that answers with no tensor leaves the work to
 * the plain form: the gradient does so on a GPU, where cuDNN takes the variance in another form.
 */
export const batchNormKernels: readonly KernelConfig[] = [
  tensorflowKernel<Normalize, { readonly eps: number; readonly relu: boolean }>(
    'GgBatchNormalize',
    ({ x, moments, scale, offset, residual }, { eps, relu }, backend) =>
      tidy(() => {
        const inputs = [asMap(x), scale, offset, row(moments, 0), row(moments, 1)] as readonly TensorInfo[]
        const [normalized] = backend.executeMultipleOutputs(
          'FusedBatchNormV3',
          [...attributes(backend, eps, false), float(backend, 'exponential_avg_factor', 1)],
          inputs,
          6,
        )
        const y = reshape(normalized as Tensor, x.shape)
        const sum = residual ? add(y, residual as Tensor) : y
        return relu ? backend.executeSingleOutput('Relu', [type(backend, 'T', 'float32')], [sum]) : sum
      }),
  ),
  tensorflowKernel<NormalizeGrad, NormalizeGradAttrs>(
    'GgBatchNormalizeGrad',
    ({ dy, x, moments, scale, y }, { eps, residual, ofBatch }, backend) => {
      if (backend.binding.isUsingGpuDevice()) return []
      return tidy(() => {
        const g = y ? backend.executeSingleOutput('ReluGrad', [type(backend, 'T', 'float32')], [dy, y]) : (dy as Tensor)
        const inputs = [asMap(g), asMap(x), scale, row(moments, 0), row(moments, 1), row(moments, 0)]
        const outputs = backend.executeMultipleOutputs(
          'FusedBatchNormGradV3',
          attributes(backend, eps, ofBatch),
          inputs,
          5,
        )
        const [dx, dScale, dOffset] = outputs as [Tensor, Tensor, Tensor]
        const results = [reshape(dx, x.shape), dScale, dOffset]
        return residual && y ? [...results, g] : results
      })
    },
  ),
]

function attributes(backend: TensorflowBackend, eps: number, training: boolean): readonly Attribute[] {
  return [
    ...[type(backend, 'T', 'float32'), type(backend, 'U', 'float32'), float(backend, 'epsilon', eps)],
    ...[text(backend, 'data_format', 'NHWC'), flag(backend, 'is_training', training)],
  ]
}

/** TensorFlow normalizes maps of four axes only. */
function asMap(x: TensorInfo): Tensor {
  return reshape(x as Tensor, [-1, 1, 1, x.shape.at(-1) ?? 1])
}

function row(moments: TensorInfo, at: number): Tensor {
  const channels = moments.shape[1] ?? 1
  return reshape(slice(moments as Tensor, [at, 0], [1, channels]), [channels])
}
