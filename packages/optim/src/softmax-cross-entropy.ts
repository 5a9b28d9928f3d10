import { logSoftmax, mul, neg, sum, type Tensor, tidy } from '@tensorflow/tfjs-core'

/**
 * Cross entropy between logits and a distribution over classes, one number for each example.
 *
 * `-Σ_j labels_j log softmax(logits)_j`. For class numbers in place of distributions use
 * `softmaxCrossEntropyWithIntegerLabels`. Large logits do no harm; an infinite one gives NaN. Where
 * `tf.losses.softmaxCrossEntropy` takes labels first and returns the mean, this one returns each example's own.
 *
 * Memory: borrows its arguments; the result is new. The gradient is `softmax(logits) - labels` where labels sum to 1.
 *
 * @param logits - Float32, `[..., classes]`.
 * @param labels - Of a shape that broadcasts to that of `logits`; non-negative, with a sum of 1 over the last axis.
 * @returns Float32, `[...]`.
 *
 * @example
 * ```ts
 * import { softmaxCrossEntropy } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = softmaxCrossEntropy(tf.tensor2d([[0, 0], [0, 1000]]), tf.tensor2d([[1, 0], [1, 0]]))
 * console.log(loss.arraySync().map((x) => x.toFixed(3))) // → [ '0.693', '1000.000' ]
 * ```
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return tidy(() => neg(sum(mul(labels, logSoftmax(logits)), -1)))
}
