import { GradientTransformationError } from '@gg/core'
import { cast, oneHot, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts'

/**
 * Cross entropy between logits and class numbers, one number for each example.
 *
 * `-log softmax(logits)_label`. For distributions over classes, such as smoothed labels, use `softmaxCrossEntropy`.
 * A label outside `0 ... classes - 1` counts for nothing: its loss is 0, where optax takes the nearest class.
 *
 * Memory: borrows its arguments; the result is new. Labels become one-hot rows on the way, because the gradient of
 * `gather` needs a kernel that not every backend has.
 *
 * @param logits - Float32, `[..., classes]`.
 * @param labels - Int32, `[...]`.
 * @returns Float32, `[...]`.
 * @throws GradientTransformationError `SHAPE_MISMATCH` for labels of another shape.
 *
 * @example
 * ```ts
 * import { softmaxCrossEntropyWithIntegerLabels } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = softmaxCrossEntropyWithIntegerLabels(tf.tensor2d([[0, 0], [2, 0]]), tf.tensor1d([1, 0], 'int32'))
 * console.log(loss.arraySync().map((x) => x.toFixed(3))) // → [ '0.693', '0.127' ]
 * ```
 */
export function softmaxCrossEntropyWithIntegerLabels(logits: Tensor, labels: Tensor): Tensor {
  const expected = logits.shape.slice(0, -1)
  if (logits.rank === 0 || String(labels.shape) !== String(expected)) {
    throw new GradientTransformationError(
      'SHAPE_MISMATCH',
      `softmaxCrossEntropyWithIntegerLabels: \`labels\` must have shape [${expected}], that of \`logits\` without its ` +
        `last axis, got [${labels.shape}] for [${logits.shape}]. For one-hot rows use softmaxCrossEntropy.`,
    )
  }
  return tidy(() => {
    const classes = logits.shape.at(-1) ?? 1
    return softmaxCrossEntropy(logits, cast(oneHot(cast(labels, 'int32'), classes), 'float32'))
  })
}
