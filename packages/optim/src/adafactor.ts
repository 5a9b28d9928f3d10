import { chain, type EmptyState, type GradientTransformation, identity, type Mask, type Schedule } from '@gg/core'
import { addDecayedWeights } from './add-decayed-weights.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { clipByBlockRms } from './clip-by-block-rms.ts'
import { type EmaState, ema } from './ema.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { scale } from './scale.ts'
import { type ScaleByFactoredRmsState, scaleByFactoredRms } from './scale-by-factored-rms.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { scaleByParamBlockRms } from './scale-by-param-block-rms.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `adafactor`. */
export interface AdafactorOptions {
  /** Both axes of a matrix must have at least this size to be factored. 128 unless given. */
  readonly minDimSizeToFactor?: number
  /** How fast the decay of the second moment nears 1, at least 0. 0.8 unless given. */
  readonly decayRate?: number
  /** The update at which the decay starts, for fine-tuning; a whole number. 0 unless given. */
  readonly decayOffset?: number
  /** Multiply steps by the root mean square of the parameters. `true` unless given. */
  readonly multiplyByParameterScale?: boolean
  /** The greatest root mean square of a leaf's update, above 0; `null` for no limit. 1 unless given. */
  readonly clippingThreshold?: number | null
  /** Decay of the mean of updates, in [0, 1). No momentum, and no memory for it, unless given. */
  readonly momentum?: number
  /** The part of the parameters that is added, *not* multiplied by the learning rate; a number or a schedule. 0 unless given. */
  readonly weightDecayRate?: number | Schedule
  /** Added to the squared gradient, at least 0. 1e-30 unless given. */
  readonly eps?: number
  /** Keep row and column means for large matrices. `true` unless given. */
  readonly factored?: boolean
  /** `true` for the leaves that decay; all of them unless given. */
  readonly weightDecayMask?: Mask
}

/** The state of `adafactor`: factored moments, clipping, learning rate, parameter scale, momentum, decay, sign. */
export type AdafactorState = readonly [
  ScaleByFactoredRmsState,
  EmptyState,
  ScaleByScheduleState,
  EmptyState,
  EmaState | EmptyState,
  ScaleByScheduleState,
  EmptyState,
]

/**
 * Adafactor: Adam's second moment in the memory of a row and a column, and steps relative to the parameters (Shazeer &
 * Stern 2018, algorithms 4 and 5).
 *
 * `u_t = -(mean of (learningRate(t) · max(RMS(params), 1e-3) · clip(g_t / √v̂_t)) + weightDecayRate · params)`; see
 * `scaleByFactoredRms`, `clipByBlockRms`, `scaleByParamBlockRms` and `ema`. As in optax the weight decay is not multiplied by
 * the learning rate. The paper's learning rate is `min(0.01, 1 / √t)`.
 *
 * State: row and column means, momentum if asked for, counts. Needs `params`: yes, unless `multiplyByParameterScale` is
 * `false` and there is no weight decay.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates. optax may
 *   leave it out; here pass 1.
 * @param options - The parts and their measures.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { adafactor } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(adafactor(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.443
 * ```
 */
export function adafactor(
  learningRate: number | Schedule,
  options: AdafactorOptions = {},
): GradientTransformation<AdafactorState> {
  const { minDimSizeToFactor = 128, decayRate = 0.8, decayOffset = 0, eps = 1e-30, factored = true } = options
  const { multiplyByParameterScale = true, clippingThreshold = 1, momentum } = options
  const { weightDecayRate = 0, weightDecayMask } = options
  checkHyperparameters('adafactor', 'a whole number', { decayOffset })
  checkHyperparameters('adafactor', 'at least 0', { eps })
  if (clippingThreshold !== null) checkHyperparameters('adafactor', 'above 0', { clippingThreshold })
  if (momentum !== undefined) checkHyperparameters('adafactor', 'in [0, 1)', { momentum })
  return inTheNameOf('adafactor', () => {
    const accumulate: GradientTransformation<EmaState | EmptyState> =
      momentum === undefined ? identity() : ema(momentum, { debias: false })
    return chain(
      scaleByFactoredRms({ minDimSizeToFactor, decayRate, stepOffset: decayOffset, epsilon: eps, factored }),
      clippingThreshold === null ? identity() : clipByBlockRms(clippingThreshold),
      scaleByLearningRate(learningRate, { flipSign: false }),
      multiplyByParameterScale ? scaleByParamBlockRms() : identity(),
      accumulate,
      addDecayedWeights(weightDecayRate, { mask: weightDecayMask }),
      scale(-1),
    )
  })
}
