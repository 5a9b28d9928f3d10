import { add, cast, mul, neg, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { logSigmoid } from './log-sigmoid.ts'

/**
 * Cross entropy of independent yes-or-no decisions, one number for each.
 *
 * `-y log σ(x) - (1 - y) log σ(-x)` with `x` a logit and `y` its label. Large logits do no harm. Where
 * `tf.losses.sigmoidCrossEntropy` takes labels first and returns the mean, this one returns each decision's own.
 *
 * Memory: borrows its arguments; the result is new. The gradient is `σ(x) - y`, also at 0.
 *
 * @param logits - Float32, any shape.
 * @param labels - 0, 1 or anything between, of a shape that broadcasts to that of `logits`.
 * @returns Float32, the shape of `logits`.
 *
 * @example
 * ```ts
 * import { sigmoidBinaryCrossEntropy } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = sigmoidBinaryCrossEntropy(tf.tensor1d([0, 1000, -1000]), tf.tensor1d([1, 1, 1]))
 * console.log(loss.arraySync().map((x) => x.toFixed(3))) // → [ '0.693', '0.000', '1000.000' ]
 * ```
 */
export function sigmoidBinaryCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return tidy(() => {
    const y = cast(labels, 'float32')
    return neg(add(mul(y, logSigmoid(logits)), mul(sub(1, y), logSigmoid(neg(logits)))))
  })
}
