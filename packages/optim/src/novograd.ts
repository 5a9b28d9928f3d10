import { chain, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { type ScaleByNovogradOptions, type ScaleByNovogradState, scaleByNovograd } from './scale-by-novograd.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `novograd`. */
export type NovogradOptions = ScaleByNovogradOptions

/** The state of `novograd`: that of `scaleByNovograd`, then that of the learning rate. */
export type NovogradState = readonly [ScaleByNovogradState, ScaleByScheduleState]

/**
 * NovoGrad: momentum of gradients that are divided by the norm of their layer, with half of Adam's memory (Ginsburg et al.
 * 2019).
 *
 * `u_t = -learningRate(t) · mu_t`; see `scaleByNovograd`. `eps` is 1e-6 unless given, as in optax's alias.
 *
 * State: count, momentum, a scalar for each leaf; the count of the learning rate. Needs `params`: if there is weight decay.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByNovograd`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { novograd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(novograd(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.711
 * ```
 */
export function novograd(
  learningRate: number | Schedule,
  options: NovogradOptions = {},
): GradientTransformation<NovogradState> {
  return inTheNameOf('novograd', () =>
    chain(scaleByNovograd({ eps: 1e-6, ...options }), scaleByLearningRate(learningRate)),
  )
}
