import { equal, log, mul, onesLike, sub, sum, type Tensor, tidy, where } from '@tensorflow/tfjs-core'

/**
 * The Kullback-Leibler divergence of predictions from targets, one number for each distribution.
 *
 * `Σ_j targets_j (log targets_j - logPredictions_j)`, with `0 log 0 = 0` (Kullback and Leibler 1951). It differs from
 * `softmaxCrossEntropy` by the entropy of the targets, so that its least value is 0; predictions come as logarithms
 * (`tf.logSoftmax(logits)`), not as logits.
 *
 * Memory: borrows its arguments; the result is new. Deviates from optax in the gradient with respect to a target of 0,
 * which is NaN there.
 *
 * @param logPredictions - Float32, `[..., dim]`, logarithms of probabilities.
 * @param targets - Float32, of a shape that broadcasts to that of `logPredictions`, probabilities.
 * @returns Float32, `[...]`.
 *
 * @example
 * ```ts
 * import { klDivergence } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = klDivergence(tf.logSoftmax(tf.tensor1d([0, 0])), tf.tensor1d([1, 0]))
 * console.log(loss.arraySync().toFixed(3)) // → 0.693
 * ```
 */
export function klDivergence(logPredictions: Tensor, targets: Tensor): Tensor {
  return tidy(() => {
    const safe = where(equal(targets, 0), onesLike(targets), targets)
    return sum(mul(targets, sub(log(safe), logPredictions)), -1)
  })
}
