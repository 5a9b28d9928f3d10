import { type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import type { Schedule } from './schedule.ts'
import type { State } from './state.ts'

/** The state of `injectHyperparams`. */
export type InjectHyperparamsState<S extends State, N extends string> = {
  /** Updates so far. */
  readonly count: number
  /** The values of the last update (at the start: those of the first), which may be read, and set with `setHyperparams`. */
  readonly hyperparams: { readonly [K in N]: number }
  readonly inner: S
}

/**
 * Moves hyperparameters into the state, where they can be read, saved and set while training goes on.
 *
 * A number keeps its value until `setHyperparams` changes it. A schedule is asked at each update and wins over what
 * was set.
 *
 * State: the count, the hyperparameters and the inner state. Needs `params`: if the inner transformation does.
 *
 * @param factory - Makes the transformation from the values of the moment. It is called at each update, so it should
 *   do no more than build.
 * @param hyperparams - Numbers and schedules by name.
 *
 * @example
 * ```ts
 * import { injectHyperparams, setHyperparams, statelessWithTreeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = injectHyperparams(
 *   ({ learningRate }) => statelessWithTreeMap((update) => tf.mul(update, -learningRate)),
 *   { learningRate: 0.5 },
 * )
 * const state = setHyperparams(tx.init(tf.scalar(0)), { learningRate: 0.25 })
 * const [updates] = tx.update(tf.scalar(4), state)
 * console.log(state.hyperparams.learningRate, updates.arraySync()) // → 0.25 -1
 * ```
 */
export function injectHyperparams<S extends State, N extends string>(
  factory: (hyperparams: { readonly [K in N]: number }) => GradientTransformation<S>,
  hyperparams: { readonly [K in N]: number | Schedule },
): GradientTransformation<InjectHyperparamsState<S, N>> {
  const entries: readonly (readonly [string, number | Schedule])[] = Object.entries(hyperparams)
  const valuesAt = (count: number, current?: { readonly [name: string]: number }): { readonly [K in N]: number } =>
    // The names are those of `hyperparams`, which `Object.fromEntries` widens to string.
    Object.fromEntries(
      entries.map(([name, value]) => [name, typeof value === 'function' ? value(count) : (current?.[name] ?? value)]),
    ) as { [K in N]: number }
  return gradientTransformation<InjectHyperparamsState<S, N>>({
    init: (params) => {
      const values = valuesAt(0)
      return { count: 0, hyperparams: values, inner: factory(values).init(params) }
    },
    update: (updates, state, params, extra) => {
      const values = valuesAt(state.count, state.hyperparams)
      const [next, inner] = factory(values).update(updates, state.inner, params, extra)
      return [next, { count: state.count + 1, hyperparams: values, inner }]
    },
  })
}

/**
 * The same state with other hyperparameters, for `injectHyperparams`.
 *
 * Memory: the tensors are shared with the state that was passed, so dispose of one of the two only.
 *
 * @param state - What `injectHyperparams` keeps.
 * @param values - New values by name; names that are left out keep theirs.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a name that the state does not have.
 *
 * @example
 * ```ts
 * import { identity, injectHyperparams, setHyperparams } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = injectHyperparams(() => identity(), { decay: 0.9 })
 * console.log(setHyperparams(tx.init(tf.scalar(0)), { decay: 0.5 }).hyperparams) // → { decay: 0.5 }
 * ```
 */
export function setHyperparams<S extends State, N extends string>(
  state: InjectHyperparamsState<S, N>,
  values: { readonly [K in NoInfer<N>]?: number },
): InjectHyperparamsState<S, N> {
  const names = Object.keys(state.hyperparams)
  const unknown = Object.keys(values).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `setHyperparams: \`values\` must name one of {${names.join(', ')}}, got '${unknown}'.`,
    )
  }
  return { ...state, hyperparams: { ...state.hyperparams, ...values } }
}
