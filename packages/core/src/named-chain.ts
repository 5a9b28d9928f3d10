import { chain } from './chain.ts'
import { type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import type { State } from './state.ts'

/**
 * `chain` whose state is a record: each part is found by its name, so a saved state survives a part that is added or
 * moved, and `state.adam.mu` reads better than `state[1].mu`.
 *
 * State: one entry for each transformation, under its name. Needs `params`: if one of them does.
 *
 * @param transformations - Applied in the order in which they are written. Names may not be whole numbers, which
 *   JavaScript would move to the front.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for such a name; `STATE_MISMATCH` from `update`, naming the
 *   part that the state lacks.
 *
 * @example
 * ```ts
 * import { namedChain, setToZero, statelessWithTreeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = namedChain({ double: statelessWithTreeMap((update) => tf.mul(update, 2)), stop: setToZero() })
 * console.log(Object.keys(tx.init(tf.scalar(1)))) // → [ 'double', 'stop' ]
 * ```
 */
export function namedChain<S extends { readonly [name: string]: State }>(
  transformations: {
    readonly [K in keyof S]: GradientTransformation<S[K]>
  },
): GradientTransformation<S> {
  const names = Object.keys(transformations)
  const number = names.find((name) => /^\d+$/.test(name))
  if (number !== undefined) {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `namedChain: names must not be whole numbers, got '${number}'. JavaScript would apply it first; use a word.`,
    )
  }
  const parts: readonly GradientTransformation[] = Object.values<GradientTransformation>(transformations)
  const inner = chain(...parts)
  const named = (states: readonly State[]): S =>
    Object.fromEntries(names.map((name, i) => [name, states[i] as State])) as { [name: string]: State } as S
  return gradientTransformation<S>({
    init: (params) => named(inner.init(params)),
    update: (updates, state, params, extra) => {
      const states = names.map((name) => stateOf(name, state))
      const [next, nextStates] = inner.update(updates, states, params, extra)
      return [next, named(nextStates)]
    },
  })
}

function stateOf(name: string, state: { readonly [name: string]: State }): State {
  const found = state[name]
  if (found !== undefined) return found
  throw new GradientTransformationError(
    'STATE_MISMATCH',
    `namedChain: \`state\` must have an entry '${name}', got {${Object.keys(state).join(', ')}}. ` +
      'Pass what init or the last update of this very chain returned.',
  )
}
