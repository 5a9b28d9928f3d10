import { chain, type EmptyState, type GradientTransformation, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { scaleByTrustRatio } from './scale-by-trust-ratio.ts'

/** Options of `fromage`. */
export interface FromageOptions {
  /** Norms below count as this, at least 0. 1e-6 unless given. */
  readonly minNorm?: number
}

/** The state of `fromage`: those of the trust ratio, the learning rate and the shrinking. */
export type FromageState = readonly [EmptyState, ScaleByScheduleState, ScaleByScheduleState]

/**
 * Fromage: each layer moves by the same part of its own length, and is pulled back so that it does not grow (Bernstein et
 * al. 2020, algorithm 1).
 *
 * With `c_t = 1 / √(1 + learningRate(t)²)`: `u_t = -learningRate(t) · c_t · ‖params‖ / ‖g_t‖ · g_t + (c_t - 1) · params`, layer
 * by layer. A learning rate of 0.01 turns each layer by about 1 %.
 *
 * State: two counts. Needs `params`: yes.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - `minNorm`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { fromage } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(fromage(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.406
 * ```
 */
export function fromage(
  learningRate: number | Schedule,
  { minNorm = 1e-6 }: FromageOptions = {},
): GradientTransformation<FromageState> {
  checkHyperparameters('fromage', 'at least 0', { learningRate })
  const rate = (count: number) => (typeof learningRate === 'number' ? learningRate : learningRate(count))
  const shrink = (count: number) => 1 / Math.sqrt(1 + rate(count) ** 2)
  return inTheNameOf('fromage', () =>
    chain(
      scaleByTrustRatio({ minNorm }),
      scaleByLearningRate((count) => rate(count) * shrink(count)),
      addDecayedWeights((count) => shrink(count) - 1),
    ),
  )
}
