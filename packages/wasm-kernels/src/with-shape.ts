import type { TensorInfo } from '@tensorflow/tfjs-core'

/** The same data seen with another shape. It holds no reference: use it while `tensor` lives, and do not free it. */
export function withShape(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape: [...shape] }
}
