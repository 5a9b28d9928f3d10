import { add, clone, customGrad, reshape, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core'

/** `y + b` with one number of `b` a channel, as a node that keeps nothing: tfjs' own `add` keeps both for their shapes. */
export function addBias<T extends Tensor>(y: T, bias: Tensor1D): T {
  const channels = bias.shape[0]
  const node = customGrad((...args) => {
    const [y, bias] = args as [Tensor, Tensor1D]
    return {
      value: add(y, bias),
      // A clone: tfjs disposes gradients that meet on the way back, and this one has two owners.
      gradFunc: (dy: Tensor) => [clone(dy), sum(reshape(dy, [-1, channels]), 0)],
    }
  })
  return node(y, bias) as T
}
