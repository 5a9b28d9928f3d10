import { type EmptyState, type GradientTransformation, requireParams, stateless, treeMap } from '@gg/core'
import { add, less, neg, where } from '@tensorflow/tfjs-core'

/**
 * Shortens steps that would take parameters below 0, so that they end at 0: `u = -params` where `params + g < 0`, else
 * `u = g`. Projected gradient descent onto the nonnegative numbers.
 *
 * The last of a chain, behind `scaleByLearningRate`. Parameters that are below 0 already go to 0, unless their own step
 * takes them there.
 *
 * State: none. Needs `params`: yes. NaN stays NaN.
 *
 * @throws GradientTransformationError from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { keepParamsNonnegative } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = keepParamsNonnegative().update(tf.tensor1d([-1, -3]), {}, tf.tensor1d([2, 2]))
 * console.log(updates.arraySync()) // → [ -1, -2 ]
 * ```
 */
export function keepParamsNonnegative(): GradientTransformation<EmptyState> {
  return stateless((updates, params) =>
    treeMap((g, p) => where(less(add(p, g), 0), neg(p), g), updates, requireParams('keepParamsNonnegative', params)),
  )
}
