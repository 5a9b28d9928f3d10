import { abs, cast, greaterEqual, min, mul, reshape, sub, type Tensor, topk } from '@tensorflow/tfjs-core'
import { checkNumber } from './check-number.ts'
import type { GradientTransformation } from './gradient-transformation.ts'
import type { EmptyState } from './state.ts'
import { statelessWithTreeMap } from './stateless.ts'

/**
 * Keeps the k largest numbers of each example's gradient, by absolute value, and zeros the rest: meProp (Sun et al. 2017).
 * The source does so at the outputs of dense layers, and uses the zeros to compute less; here they only shape the
 * gradient. For whole positions of a feature map see `magnitudeMask` of `@gg/lateral-mask`.
 *
 * Shapes: `[batch, ...]`, float32; a tensor of rank 0 or 1 is one example. Numbers as large as the k-th all stay, so there
 * may be more than k. State: none. Needs `params`: no. Idempotent. NaN stays NaN. Memory: borrows, the result is new.
 *
 * @param k - How many stay, a whole number of 1 or more; where an example has fewer numbers, all do.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { topK } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = topK(2).update(tf.tensor2d([[1, -4, 2, 3], [0.1, 0.3, 0.2, 0.1]]), {})
 * console.log(tf.greater(tf.abs(updates), 0).arraySync()) // → [ [ 0, 1, 0, 1 ], [ 0, 1, 1, 0 ] ]
 * ```
 */
export function topK(k: number): GradientTransformation<EmptyState> {
  checkNumber('topK', 'k', k, Number.isInteger(k) && k >= 1, 'a whole number of 1 or more')
  return statelessWithTreeMap((g) => (g.size === 0 ? g : largest(g, k)))
}

function largest(gradient: Tensor, k: number): Tensor {
  const examples = gradient.rank < 2 ? 1 : (gradient.shape[0] ?? 1)
  const size = gradient.size / examples
  const rows = reshape(gradient, [examples, size])
  const sizes = abs(rows)
  const smallest = min(topk(sizes, Math.min(k, size)).values, -1, true)
  // The sign of a difference and not a comparison: one that broadcasts takes 25 times as long on WASM.
  const stays = cast(greaterEqual(sub(sizes, smallest), 0), 'float32')
  return reshape(mul(rows, stays), gradient.shape)
}
