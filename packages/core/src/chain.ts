import { type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import type { State } from './state.ts'

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
  return gradientTransformation<S>({
    // The tuple type of the states follows from that of the transformations; `map` forgets it.
    init: (params) => steps.map((step) => step.init(params)) as readonly State[] as S,
    update: (updates, states, params, extra) => {
      if (states.length !== steps.length) {
        throw new GradientTransformationError(
          'STATE_MISMATCH',
          `chain: \`state\` must have ${steps.length} entries, one for each transformation, got ${states.length}. ` +
            'Pass what init or the last update of this very chain returned.',
        )
      }
      let current = updates
      const next = steps.map((step, i) => {
        const [stepped, state] = step.update(current, states[i] as State, params, extra)
        current = stepped
        return state
      })
      return [current, next as readonly State[] as S]
    },
  })
}
