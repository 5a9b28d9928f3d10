import type { TensorBatch } from '@gg/data'
import { smoothLabels, softmaxCrossEntropy, softmaxCrossEntropyWithIntegerLabels } from '@gg/optim'
import { add, expandDims, mul, oneHot, type Scalar, sub, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core'

/** What the labels are made into before they are compared with logits. */
export interface LossOptions {
  /** How much of the way towards the uniform distribution, 0 to below 1. */
  readonly labelSmoothing: number
  /** The images of the whole batch, of which these may be a part. */
  readonly batchSize: number
}

/**
 * The share that some images have in the mean cross-entropy of a batch: over the parts of a batch it adds up to the loss,
 * and its gradients to the gradients, at the weights and at each feature site.
 */
export function partOfLoss(logits: Tensor2D, batch: TensorBatch, { labelSmoothing, batchSize }: LossOptions): Scalar {
  return mul(sum(crossEntropies(logits, batch, labelSmoothing)), 1 / batchSize) as Scalar
}

function crossEntropies(logits: Tensor2D, { labels, mixup }: TensorBatch, labelSmoothing: number): Tensor {
  if (mixup === undefined && labelSmoothing === 0) return softmaxCrossEntropyWithIntegerLabels(logits, labels)
  const classes = logits.shape[1]
  const first = oneHot(labels, classes, 1, 0, 'float32')
  if (mixup === undefined) return softmaxCrossEntropy(logits, smoothLabels(first, labelSmoothing))
  const weights = expandDims(mixup.weights, 1)
  const second = oneHot(mixup.labels, classes, 1, 0, 'float32')
  const mixed = add(mul(first, weights), mul(second, sub(1, weights)))
  return softmaxCrossEntropy(logits, labelSmoothing === 0 ? mixed : smoothLabels(mixed, labelSmoothing))
}
