import { fusedKernel } from '@gg/core'
import {
  customGrad,
  exp,
  expandDims,
  type GradSaveFunc,
  logSoftmax,
  mul,
  neg,
  sub,
  sum,
  type Tensor,
  tidy,
  util,
} from '@tensorflow/tfjs-core'

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
  if (!util.arraysEqual(logits.shape, labels.shape)) return tidy(() => losses(labels, logSoftmax(logits)))
  // As one node: some fifteen small operations become two kernels where they are registered.
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [logits, labels, save] = args as [Tensor, Tensor, GradSaveFunc]
    save([logits, labels])
    const [value] = fusedKernel('GgSoftmaxCrossEntropy', { logits, labels }, {}, () => [
      losses(labels, logSoftmax(logits)),
    ])
    return {
      value: value as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(dy, saved as [Tensor, Tensor]),
    }
  })
  return node(logits, labels)
}

function losses(labels: Tensor, logProbabilities: Tensor): Tensor {
  return neg(sum(mul(labels, logProbabilities), -1))
}

function gradients(dy: Tensor, [logits, labels]: readonly [Tensor, Tensor]): Tensor[] {
  return fusedKernel('GgSoftmaxCrossEntropyGrad', { dy, logits, labels }, {}, () => {
    const rows = expandDims(dy, -1)
    const logProbabilities = logSoftmax(logits)
    const excess = sub(mul(exp(logProbabilities), sum(labels, -1, true)), labels)
    return [mul(rows, excess), neg(mul(rows, logProbabilities))]
  })
}
