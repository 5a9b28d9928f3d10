import { type GradientTransformation, gradientTransformation, type State, treeMap } from '@gg/core'
import { zerosLike } from '@tensorflow/tfjs-core'
import type { ConditionallyTransformState, ShouldTransform } from './conditionally-transform.ts'

/**
 * Applies a transformation at some updates only; at the others the updates are zeros and the inner state rests.
 *
 * One half of a pair of optimizers that take turns. To let the other updates pass, use `conditionallyTransform`.
 *
 * State: the count and the inner state. Needs `params`: if the inner transformation does.
 *
 * @param inner - What is applied where the condition holds.
 * @param shouldTransform - The condition, a plain function of the count and the extra arguments.
 *
 * @example
 * ```ts
 * import { conditionallyMask, sgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = conditionallyMask(sgd(1), (step) => step % 2 === 1)
 * const [first, state] = tx.update(tf.scalar(2), tx.init(tf.scalar(0)))
 * const [second] = tx.update(tf.scalar(2), state)
 * console.log(first.arraySync(), second.arraySync()) // → 0 -2
 * ```
 */
export function conditionallyMask<S extends State>(
  inner: GradientTransformation<S>,
  shouldTransform: ShouldTransform,
): GradientTransformation<ConditionallyTransformState<S>> {
  return gradientTransformation<ConditionallyTransformState<S>>({
    init: (params) => ({ step: 0, inner: inner.init(params) }),
    update: (updates, state, params, extra) => {
      const step = state.step + 1
      if (!shouldTransform(state.step, extra)) {
        return [treeMap((u) => zerosLike(u), updates), { step, inner: state.inner }]
      }
      const [next, inside] = inner.update(updates, state.inner, params, extra)
      return [next, { step, inner: inside }]
    },
  })
}
