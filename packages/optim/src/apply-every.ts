import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { add, zerosLike } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { zerosLikeTree } from './moments.ts'

/** The state of `applyEvery`. */
export type ApplyEveryState = {
  /** Updates since the last sum was handed on, below `k`. */
  readonly count: number
  /** The sum of updates. */
  readonly gradAcc: Tree
}

/**
 * Adds updates up and hands their sum on every `k` updates; in between the updates are zeros.
 *
 * What stands before it in a chain sees every gradient, with a state that moves at each of them. To have a whole
 * optimizer see one mean gradient instead, as with a batch of `k` times the size, use `multiSteps`.
 *
 * State: the count and the sum, shaped like the parameters. Needs `params`: no.
 *
 * @param k - How many updates make one, a whole number of at least 1; 1 hands every update on.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { applyEvery } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = applyEvery(2)
 * const [first, state] = tx.update(tf.scalar(3), tx.init(tf.scalar(0)))
 * const [second] = tx.update(tf.scalar(4), state)
 * console.log(first.arraySync(), second.arraySync()) // → 0 7
 * ```
 */
export function applyEvery(k = 1): GradientTransformation<ApplyEveryState> {
  checkHyperparameters('applyEvery', 'a whole number of at least 1', { k })
  return gradientTransformation<ApplyEveryState>({
    init: (params) => ({ count: 0, gradAcc: zerosLikeTree(params) }),
    update: (updates, { count, gradAcc }) => {
      const sum = count === 0 ? updates : treeMap(add, updates, gradAcc)
      const next = { count: (count + 1) % k, gradAcc: sum }
      return [next.count === 0 ? sum : treeMap((g) => zerosLike(g), updates), next]
    },
  })
}
