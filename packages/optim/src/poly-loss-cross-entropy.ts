import { add, mul, softmax, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts'

/** Options of `polyLossCrossEntropy`. */
export interface PolyLossCrossEntropyOptions {
  /** The coefficient that is added to the first term. 2 unless given; the authors have -1 for detection. */
  readonly epsilon?: number
}

/**
 * Cross entropy with the first term of its series in `1 - p_t` turned up or down: Poly-1 (Leng et al. 2022, eq. 6).
 *
 * `-Σ_j labels_j log p_j + epsilon · Σ_j labels_j (1 - p_j)` with `p = softmax(logits)`.
 *
 * Memory: borrows its arguments; the result is new.
 *
 * @param logits - Float32, `[..., classes]`.
 * @param labels - Float32, of a shape that broadcasts to that of `logits`; non-negative, with a sum of 1.
 * @param options - The coefficient.
 * @returns Float32, `[...]`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { polyLossCrossEntropy } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = polyLossCrossEntropy(tf.tensor1d([0, 0]), tf.tensor1d([1, 0]))
 * console.log(loss.arraySync().toFixed(3)) // → 1.693
 * ```
 */
export function polyLossCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  { epsilon = 2 }: PolyLossCrossEntropyOptions = {},
): Tensor {
  checkHyperparameters('polyLossCrossEntropy', 'a finite number', { epsilon })
  return tidy(() => {
    const missed = sum(mul(labels, sub(1, softmax(logits))), -1)
    return add(softmaxCrossEntropy(logits, labels), mul(missed, epsilon))
  })
}
