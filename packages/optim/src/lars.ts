import { chain, type EmptyState, type GradientTransformation, type Mask, masked, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'
import { scaleByTrustRatio } from './scale-by-trust-ratio.ts'
import { type TraceState, trace } from './trace.ts'

/** Options of `lars`. */
export interface LarsOptions {
  /** The part of the parameters that is added to the gradient; a number or a schedule. 0 unless given. */
  readonly weightDecay?: number | Schedule
  /** `true` for the leaves that decay; all of them unless given. */
  readonly weightDecayMask?: Mask
  /** Length of a step for each unit of length of the weights, above 0. 0.001 unless given. */
  readonly trustCoefficient?: number
  /** Added to the norm of the update, at least 0. 0 unless given. */
  readonly eps?: number
  /** `true` for the leaves whose step is scaled; all of them unless given. Biases usually are not. */
  readonly trustRatioMask?: Mask
  /** How much of the past steps stays, in [0, 1]. 0.9 unless given. */
  readonly momentum?: number
  /** Nesterov's momentum. `false` unless given. */
  readonly nesterov?: boolean
}

/** The state of `lars`: those of weight decay, the trust ratio, the learning rate and the momentum. */
export type LarsState = readonly [ScaleByScheduleState, EmptyState, ScaleByScheduleState, TraceState]

/**
 * LARS: momentum with a step in each layer that is in proportion to the layer's weights, for large batches (You et al.
 * 2017, algorithm 1).
 *
 * With `d_t = g_t + weightDecay · params`: `u_t = momentum · u_(t-1) - learningRate(t) · trustCoefficient · ‖params‖ /
 * (‖d_t‖ + eps) · d_t`, layer by layer. In the paper the denominator is `‖g‖ + weightDecay · ‖params‖`.
 *
 * State: the trace; the counts of weight decay and learning rate. Needs `params`: yes.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Weight decay, trust ratio, momentum.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { lars } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(lars(1, { trustCoefficient: 0.1 }), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.160
 * ```
 */
export function lars(learningRate: number | Schedule, options: LarsOptions = {}): GradientTransformation<LarsState> {
  const { weightDecay = 0, weightDecayMask, trustCoefficient = 0.001, eps = 0, trustRatioMask = true } = options
  const { momentum = 0.9, nesterov = false } = options
  checkHyperparameters('lars', 'in [0, 1]', { momentum })
  return inTheNameOf('lars', () =>
    chain(
      addDecayedWeights(weightDecay, { mask: weightDecayMask }),
      masked(scaleByTrustRatio({ trustCoefficient, eps }), trustRatioMask),
      scaleByLearningRate(learningRate),
      trace(momentum, { nesterov }),
    ),
  )
}
