import { type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import type { State } from './state.ts'
import type { Tree } from './tree.ts'

/**
 * Applies transformations one after the other, each to what the last one made. `chain()` of nothing is the identity.
 *
 * State: a tuple, one state for each transformation. Needs `params`: if one of them does.
 *
 * @param transformations - In the order in which they are applied.
 * @throws GradientTransformationError `STATE_MISMATCH` from `update`, for a state of another length.
 *
 * @example
 * ```ts
 * import { chain, statelessWithTreeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const double = statelessWithTreeMap((update) => tf.mul(update, 2))
 * const tx = chain(double, double)
 * const [updates] = tx.update(tf.scalar(3), tx.init(tf.scalar(0)))
 * console.log(updates.arraySync()) // → 12
 * ```
 */
export function chain<const S extends readonly State[]>(
  ...transformations: { readonly [K in keyof S]: GradientTransformation<S[K]> }
): GradientTransformation<S> {
  const steps: readonly GradientTransformation[] = transformations
  // Only if all can: to the first comes the gradient, but the others look at the feature map, of which a ReLU shows half.
  const throughRelu = steps.length > 0 && steps.every(({ updateThroughRelu }) => updateThroughRelu !== undefined)
  return gradientTransformation<S>({
    // The tuple type of the states follows from that of the transformations; `map` forgets it.
    init: (params) => steps.map((step) => step.init(params)) as readonly State[] as S,
    update: (updates, states, params, extra) =>
      stepwise(updates, states, (step, current, state) => step.update(current, state, params, extra)),
    ...(throughRelu && {
      // Through the ReLU once for each step: what is 0 stays 0.
      updateThroughRelu: (updates, states, activations, extra) =>
        stepwise(
          updates,
          states,
          (step, current, state) =>
            step.updateThroughRelu?.(current, state, activations, extra) as readonly [typeof current, State],
        ),
    }),
  })

  function stepwise<U extends Tree>(
    updates: U,
    states: S,
    apply: (step: GradientTransformation, current: U, state: State) => readonly [U, State],
  ): readonly [U, S] {
    if (states.length !== steps.length) {
      throw new GradientTransformationError(
        'STATE_MISMATCH',
        `chain: \`state\` must have ${steps.length} entries, one for each transformation, got ${states.length}. ` +
          'Pass what init or the last update of this very chain returned.',
      )
    }
    let current = updates
    const next = steps.map((step, i) => {
      const [stepped, state] = apply(step, current, states[i] as State)
      current = stepped
      return state
    })
    return [current, next as readonly State[] as S]
  }
}
