import { div, maximum, mul, sqrt, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'

/** Options of `cosineSimilarity` and `cosineDistance`. */
export interface CosineSimilarityOptions {
  /** The least squared norm that is divided by, at least 0. 0 unless given: a zero vector gives NaN. */
  readonly epsilon?: number
}

/**
 * The cosine of the angle between vectors: `⟨a, b⟩ / (|a| |b|)`, in [-1, 1]. As a loss take `cosineDistance`.
 *
 * Memory: borrows its arguments; the result is new.
 *
 * @param predictions - Float32, `[..., dim]`.
 * @param targets - Float32, of a shape that broadcasts to that of `predictions`.
 * @param options - `epsilon`.
 * @returns Float32, `[...]`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { cosineSimilarity } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(cosineSimilarity(tf.tensor1d([3, 4]), tf.tensor1d([0, 2])).arraySync().toFixed(3)) // → 0.800
 * ```
 */
export function cosineSimilarity(
  predictions: Tensor,
  targets: Tensor,
  { epsilon = 0 }: CosineSimilarityOptions = {},
): Tensor {
  checkHyperparameters('cosineSimilarity', 'at least 0', { epsilon })
  return tidy(() => {
    const unit = (x: Tensor): Tensor => div(x, sqrt(maximum(sum(square(x), -1, true), epsilon)))
    return sum(mul(unit(predictions), unit(targets)), -1)
  })
}
