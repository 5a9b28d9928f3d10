import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { type AddNoiseOptions, addNoise } from './add-noise.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `noisySgd`. */
export interface NoisySgdOptions extends AddNoiseOptions {
  /** The variance of the noise at the first update, at least 0, in units of the squared gradient. 0.01 unless given. */
  readonly eta?: number
  /** How fast it dies away, at least 0. 0.55 unless given. */
  readonly gamma?: number
}

/** The state of `noisySgd`: those of the noise and of the learning rate. */
export type NoisySgdState = readonly [ScaleByScheduleState, ScaleByScheduleState]

/**
 * Gradient descent with noise that dies away, to leave poor starts (Neelakantan et al. 2015).
 *
 * `u_t = -learningRate(t) · (g_t + N(0, eta / t^gamma))`; see `addNoise`.
 *
 * State: two counts. Needs `params`: no. Deterministic: the noise follows from the seed.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - The noise.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { noisySgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(noisySgd(0.25, { eta: 0 }), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 0.750
 * ```
 */
export function noisySgd(
  learningRate: number | Schedule,
  options: NoisySgdOptions = {},
): GradientTransformation<NoisySgdState> {
  const { eta = 0.01, gamma = 0.55, ...rest } = options
  return inTheNameOf('noisySgd', () => chain(addNoise(eta, gamma, rest), scaleByLearningRate(learningRate)))
}
