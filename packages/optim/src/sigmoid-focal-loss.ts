import {
  add,
  cast,
  equal,
  exp,
  fill,
  log,
  logicalOr,
  mul,
  neg,
  softplus,
  sub,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { sigmoidBinaryCrossEntropy } from './sigmoid-binary-cross-entropy.ts'

/** Options of `sigmoidFocalLoss`. */
export interface SigmoidFocalLossOptions {
  /** The weight of the label 1, in [0, 1]; that of the label 0 is the rest. No weights unless given. */
  readonly alpha?: number
  /** The power of the modulating factor, at least 0. 2 unless given. */
  readonly gamma?: number
}

/**
 * Cross entropy of yes-or-no decisions that counts easy ones for less, for detectors that see a thousand times more
 * background than objects (Lin et al. 2017, eq. 5).
 *
 * `-α_t (1 - p_t)^γ log p_t`, with `p_t = σ(x)` where the label is 1 and `1 - σ(x)` where it is 0. In between,
 * `1 - p_t = (1 - y) σ(x) + y σ(-x)`. The power is taken of logarithms, so large logits do no harm for any `γ`.
 *
 * Memory: borrows its arguments; the result is new.
 *
 * @param logits - Float32, any shape.
 * @param labels - 0, 1 or anything between, of the shape of `logits`.
 * @param options - Weights and power.
 * @returns Float32, the shape of `logits`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { sigmoidFocalLoss } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = sigmoidFocalLoss(tf.tensor1d([0, 3]), tf.tensor1d([1, 1]))
 * console.log(loss.arraySync().map((x) => x.toFixed(4))) // → [ '0.1733', '0.0001' ]
 * ```
 */
export function sigmoidFocalLoss(
  logits: Tensor,
  labels: Tensor,
  { alpha, gamma = 2 }: SigmoidFocalLossOptions = {},
): Tensor {
  checkHyperparameters('sigmoidFocalLoss', 'at least 0', { gamma })
  if (alpha !== undefined) checkHyperparameters('sigmoidFocalLoss', 'in [0, 1]', { alpha })
  return tidy(() => {
    const y = cast(labels, 'float32')
    const focused = mul(sigmoidBinaryCrossEntropy(logits, y), exp(mul(logOfMiss(logits, y), gamma)))
    return alpha === undefined ? focused : mul(add(mul(y, alpha), mul(sub(1, y), 1 - alpha)), focused)
  })
}

/** `log(1 - p_t)`. */
function logOfMiss(logits: Tensor, y: Tensor): Tensor {
  const logP = logSigmoid(logits)
  const logQ = logSigmoid(neg(logits))
  const yes = equal(y, 1)
  const no = equal(y, 0)
  // `where` multiplies the gradient of the branch that is not taken by 0, so that branch must be finite: no log of 0.
  const soft = where(logicalOr(yes, no), fill(y.shape, 0.5), y)
  const a = add(logP, log(sub(1, soft)))
  const b = add(logQ, log(soft))
  return where(yes, logQ, where(no, logP, add(a, softplus(sub(b, a)))))
}
