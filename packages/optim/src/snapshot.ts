import { type GradientTransformation, gradientTransformation, type State, type Tree } from '@gg/core'

/** The state of `snapshot`. */
export type SnapshotState<N extends string, M extends State> = {
  /** The measurement of the last update (at the start: of the parameters), under its name. */
  readonly measurement: { readonly [K in N]: M }
}

/**
 * Measures the updates that pass a place in a chain and keeps the last measurement in the state, where it can be read
 * between updates. The updates pass unchanged.
 *
 * Several measurements at one place, or running means of them: `monitor`.
 *
 * State: the measurement. Needs `params`: no. Memory: what the measurement returns is the state's; what else it makes
 * is disposed.
 *
 * @param measureName - Its name in the state.
 * @param measure - A function of the updates, such as `globalNorm`. It must not read values back (no `dataSync`).
 *
 * @example
 * ```ts
 * import { chain } from '@gg/core'
 * import { clipByGlobalNorm, globalNorm, snapshot } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = chain(snapshot('normBeforeClip', globalNorm), clipByGlobalNorm(1))
 * const [updates, [{ measurement }]] = tx.update(tf.tensor1d([0, 5]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync(), measurement.normBeforeClip.arraySync()) // → [ 0, 1 ] 5
 * ```
 */
export function snapshot<N extends string, M extends State>(
  measureName: N,
  measure: (updates: Tree) => M,
): GradientTransformation<SnapshotState<N, M>> {
  const measured = (tree: Tree): SnapshotState<N, M> => ({
    // A computed name widens to string.
    measurement: { [measureName]: measure(tree) } as { readonly [K in N]: M },
  })
  return gradientTransformation<SnapshotState<N, M>>({
    init: (params) => measured(params),
    update: (updates) => [updates, measured(updates)],
  })
}
