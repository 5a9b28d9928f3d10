import { type GradientTransformation, gradientTransformation, type State, type Tree } from '@gg/core'

/** A measurement that remembers something, such as `measureWithEma`. */
export interface StatefulMeasure<M extends State = State, S extends State = State> {
  /** The memory before the first update. */
  init(params: Tree): S
  /** The measurement of these updates, and the next memory. */
  update(updates: Tree, state: S): readonly [M, S]
}

/** A function of the updates, or a measurement with a memory. */
export type Measure<M extends State = State> = ((updates: Tree) => M) | StatefulMeasure<M>

/** The state of `monitor`. */
export type MonitorState<M extends { readonly [name: string]: State }> = {
  /** The measurements of the last update (at the start: of the parameters), by name. */
  readonly measurements: M
  /** What stateful measurements remember, by name. */
  readonly measureStates: { readonly [name: string]: State }
}

/**
 * Measures the updates that pass a place in a chain in several ways and keeps the last measurements in the state. The
 * updates pass unchanged. For one measurement without memory, `snapshot` is shorter.
 *
 * Deviates from optax in that measurements are there from the start, so that the state keeps one structure, and that
 * a measurement with a memory is a `StatefulMeasure`, because a transformation here returns the tree it was given.
 *
 * State: measurements, and what they remember. Needs `params`: no.
 *
 * @param measures - Functions of the updates, or stateful ones, by name. They must not read values back (no `dataSync`).
 *
 * @example
 * ```ts
 * import { globalNorm, measureWithEma, monitor } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = monitor({ norm: globalNorm, meanNorm: measureWithEma(globalNorm, 0.5) })
 * const [, first] = tx.update(tf.tensor1d([3, 4]), tx.init(tf.zeros([2])))
 * const [, { measurements }] = tx.update(tf.tensor1d([0, 8]), first)
 * console.log(measurements.norm.arraySync(), measurements.meanNorm.arraySync()) // → 8 7
 * ```
 */
export function monitor<M extends { readonly [name: string]: State }>(
  measures: {
    readonly [K in keyof M]: Measure<M[K]>
  },
): GradientTransformation<MonitorState<M>> {
  const all = Object.entries<Measure>(measures)
  const measured = (updates: Tree, states: { readonly [name: string]: State }): MonitorState<M> => {
    const results = all.map(([name, measure]) => {
      if (typeof measure === 'function') return [name, measure(updates), {}] as const
      return [name, ...measure.update(updates, states[name] ?? {})] as const
    })
    return {
      // The names are those of `measures`, which `Object.fromEntries` widens to string.
      measurements: Object.fromEntries(results.map(([name, measurement]) => [name, measurement])) as State as M,
      measureStates: Object.fromEntries(results.map(([name, , state]) => [name, state])),
    }
  }
  return gradientTransformation<MonitorState<M>>({
    init: (params) => {
      const measureStates = Object.fromEntries(
        all.map(([name, measure]) => [name, typeof measure === 'function' ? {} : measure.init(params)]),
      )
      return { ...measured(params, measureStates), measureStates }
    },
    update: (updates, { measureStates }) => [updates, measured(updates, measureStates)],
  })
}
