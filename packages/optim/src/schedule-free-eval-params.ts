import { type State, type Tree, treeMap } from '@gg/core'
import { tidy } from '@tensorflow/tfjs-core'
import { averageOf, type ScheduleFreeState } from './schedule-free.ts'

/**
 * The parameters to evaluate at while `scheduleFree` trains: `x = (y - (1 - b1) z) / b1`.
 *
 * Memory: borrows both; the result is new.
 *
 * @param state - The state of `scheduleFree` itself: within a chain, take it out of the tuple.
 * @param params - The parameters as they are trained.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH` for other parameters.
 *
 * @example
 * ```ts
 * import { scheduleFreeEvalParams, scheduleFreeSgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scheduleFreeSgd(0.1)
 * const params = { x: tf.scalar(4) }
 * console.log(scheduleFreeEvalParams(tx.init(params), params).x.arraySync()) // → 4
 * ```
 */
export function scheduleFreeEvalParams<P extends Tree, S extends State>(state: ScheduleFreeState<S>, params: P): P {
  return treeMap((y, z) => tidy(() => averageOf(y, z, state.b1)), params, state.z)
}
