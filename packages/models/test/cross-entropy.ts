import { logSoftmax, mean, mul, neg, oneHot, type Scalar, sum, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core'

/** The mean over the batch of -log softmax(logits)[label]. */
export function crossEntropy(logits: Tensor2D, labels: readonly number[]): Scalar {
  const targets = oneHot(tensor1d([...labels], 'int32'), logits.shape[1])
  return neg(mean(sum(mul(logSoftmax(logits), targets), -1))) as Scalar
}
