import { type ExtraArgs, type GradientTransformation, gradientTransformation, type State } from '@gg/core'

/** Whether to transform at update number `step`, which is 0 at the first; gets the extra arguments of the update too. */
export type ShouldTransform = (step: number, extra: ExtraArgs) => boolean

/** The state of `conditionallyTransform` and `conditionallyMask`. */
export type ConditionallyTransformState<S extends State> = {
  /** Updates so far. */
  readonly step: number
  readonly inner: S
}

/**
 * Applies a transformation at some updates only; at the others the updates pass unchanged and the inner state rests.
 *
 * Clipping during warm-up, noise in the first epochs. To have zeros at the other updates, use `conditionallyMask`.
 * The condition is a plain function of numbers; for one that depends on tensors see `applyIfFinite`.
 *
 * State: the count and the inner state. Needs `params`: if the inner transformation does.
 *
 * @param inner - What is applied where the condition holds.
 * @param shouldTransform - The condition. Extra arguments are always handed to it; optax does so on demand.
 *
 * @example
 * ```ts
 * import { conditionallyTransform, scale } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = conditionallyTransform(scale(10), (step) => step < 1)
 * const [first, state] = tx.update(tf.scalar(2), tx.init(tf.scalar(0)))
 * const [second] = tx.update(tf.scalar(2), state)
 * console.log(first.arraySync(), second.arraySync()) // → 20 2
 * ```
 */
export function conditionallyTransform<S extends State>(
  inner: GradientTransformation<S>,
  shouldTransform: ShouldTransform,
): GradientTransformation<ConditionallyTransformState<S>> {
  return gradientTransformation<ConditionallyTransformState<S>>({
    init: (params) => ({ step: 0, inner: inner.init(params) }),
    update: (updates, state, params, extra) => {
      const step = state.step + 1
      if (!shouldTransform(state.step, extra)) return [updates, { step, inner: state.inner }]
      const [next, inside] = inner.update(updates, state.inner, params, extra)
      return [next, { step, inner: inside }]
    },
  })
}
