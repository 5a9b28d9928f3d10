import { chain, type EmptyState, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { scaleBySign } from './scale-by-sign.ts'

/** The state of `signSgd`: that of the sign, which has none, and that of the learning rate. */
export type SignSgdState = readonly [EmptyState, ScaleByScheduleState]

/**
 * Steps of the learning rate in each coordinate, in the direction of the gradient's sign (Bernstein et al. 2018,
 * algorithm 1).
 *
 * `u_t = -learningRate(t) · sign(g_t)`. `signum` has momentum. A NaN stays NaN.
 *
 * State: the count. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { signSgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(signSgd(0.25), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.500
 * ```
 */
export function signSgd(learningRate: number | Schedule): GradientTransformation<SignSgdState> {
  return inTheNameOf('signSgd', () => chain(scaleBySign(), scaleByLearningRate(learningRate)))
}
