import type { Tensor1D } from '@tensorflow/tfjs-core'

/**
 * Running statistics of a model's batch norms, by the path of the layer they follow, such as `stage1/block1/conv2`:
 * the mean and the variance of each channel, `[channels]`, float32. A tree; `{}` for a model without batch norm.
 */
export type BatchStats = {
  readonly [layer: string]: { readonly mean: Tensor1D; readonly variance: Tensor1D }
}
