import { sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { type CosineSimilarityOptions, cosineSimilarity } from './cosine-similarity.ts'

/**
 * `1 - cosineSimilarity`: 0 for vectors of one direction, 2 for opposite ones.
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
 * import { cosineDistance } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(cosineDistance(tf.tensor1d([3, 4]), tf.tensor1d([0, 2])).arraySync().toFixed(3)) // → 0.200
 * ```
 */
export function cosineDistance(predictions: Tensor, targets: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  return tidy(() => sub(1, cosineSimilarity(predictions, targets, options)))
}
