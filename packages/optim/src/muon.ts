import {
  chain,
  type EmptyState,
  type GradientTransformation,
  partition,
  type Schedule,
  stateless,
  treeMapWithPath,
} from '@gg/core'
import { mul } from '@tensorflow/tfjs-core'
import { type AdamwState, adamw } from './adamw.ts'
import { addDecayedWeights } from './add-decayed-weights.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
import { inTheNameOf } from './in-the-name-of.ts'
import { matrixLayout, type WeightDimensionNumbers } from './muon-dimension-numbers.ts'
import { scaleByLearningRate } from './scale-by-learning-rate.ts'
import { type ScaleByMuonOptions, type ScaleByMuonState, scaleByMuon } from './scale-by-muon.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `muon`. */
export interface MuonOptions extends ScaleByMuonOptions, DecoupledWeightDecayOptions {
  /** Decay of Adam's mean of gradients, in [0, 1). 0.9 unless given. */
  readonly adamB1?: number
  /** Decay of Adam's mean of squared gradients, in [0, 1). 0.999 unless given. */
  readonly adamB2?: number
  /** Added under Adam's root; at least 0. 0 unless given. */
  readonly adamEpsRoot?: number
  /** Weight decay of the leaves that Adam has; 0 unless given. */
  readonly adamWeightDecay?: number
  /** The learning rate of the leaves that Adam has; that of the matrices unless given. */
  readonly adamLearningRate?: number | Schedule
  /**
   * Scales updates by this times `√(max(fanIn, fanOut))`, which gives them one root mean square whatever their shape; 0.2
   * is about Adam's. Unless given they are scaled by `√(max(1, fanOut / fanIn))`.
   */
  readonly consistentRms?: number
}

/** The state of `muon`: under `muon` that of the matrices, under `adam` that of all other leaves. */
export type MuonState = {
  readonly muon: readonly [ScaleByMuonState, EmptyState, ScaleByScheduleState, ScaleByScheduleState]
  readonly adam: AdamwState
}

/**
 * Muon (Jordan et al. 2024): momentum made orthogonal for matrices, AdamW for everything else.
 *
 * `u = -learningRate(t) · (s · NS(m̂) + weightDecay · params)` with `NS(m̂)` of `scaleByMuon` and the scale `s` of the
 * shape: `√(max(1, fanOut / fanIn))`, or `consistentRms · √(max(fanIn, fanOut))` (Liu et al. 2025).
 *
 * Matrices are the leaves of rank 2, rows being inputs as in `tf.matMul(x, w)`. Have convolution kernels take part with
 * `weightDimensionNumbers: (_, leaf) => leaf.rank === 4 ? { reductionAxis: [0, 1, 2], outputAxis: 3 } : ...`. The authors
 * leave embeddings and the last layer to Adam: return `undefined` for their paths.
 *
 * State: one tensor for each matrix, two for each other leaf. Needs `params`: yes, where weights decay.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `scaleByMuon`, weight decay, and Adam's.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { muon } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = muon(0.5, { nesterov: false })
 * const params = { kernel: tf.zeros([2, 2]), bias: tf.zeros([2]) }
 * const grads = { kernel: tf.eye(2), bias: tf.tensor1d([3, -4]) }
 * const [updates, state] = tx.update(grads, tx.init(params), params)
 * console.log(updates.bias.arraySync().map((u) => u.toFixed(2)), Object.keys(state)) // → [ '-0.50', '0.50' ] [ 'muon', 'adam' ]
 * ```
 */
export function muon(learningRate: number | Schedule, options: MuonOptions = {}): GradientTransformation<MuonState> {
  const { weightDecay = 0, mask, consistentRms, weightDimensionNumbers = ranksOfTwo, ...matrices } = options
  const { adamB1, adamB2, adamEpsRoot, adamWeightDecay, adamLearningRate, ...scaling } = matrices
  if (consistentRms !== undefined) checkHyperparameters('muon', 'above 0', { consistentRms })
  const { eps = 1e-8, nesterov = true } = scaling
  return inTheNameOf('muon', () =>
    partition<MuonState>(
      {
        muon: chain(
          scaleByMuon({ ...scaling, weightDimensionNumbers }),
          scaleByShape(weightDimensionNumbers, consistentRms),
          addDecayedWeights(weightDecay, mask === undefined ? {} : { mask }),
          scaleByLearningRate(learningRate),
        ),
        adam: adamw(adamLearningRate ?? learningRate, {
          b1: adamB1 ?? 0.9,
          b2: adamB2 ?? 0.999,
          eps,
          epsRoot: adamEpsRoot ?? 0,
          weightDecay: adamWeightDecay ?? 0,
          nesterov,
        }),
      },
      (path, leaf) => (weightDimensionNumbers(path, leaf) === undefined ? 'adam' : 'muon'),
    ),
  )
}

const ranksOfTwo: WeightDimensionNumbers = (_, leaf) => (leaf.rank === 2 ? {} : undefined)

/** One factor for each leaf, from the shape of its matrix. */
function scaleByShape(
  dimensionNumbers: WeightDimensionNumbers,
  consistentRms: number | undefined,
): GradientTransformation<EmptyState> {
  return stateless((updates) =>
    treeMapWithPath((path, u) => {
      const [, fanIn, fanOut] = matrixLayout('muon', u, dimensionNumbers(path, u) ?? {}).shape
      const width = Math.sqrt(Math.max(1, fanOut / fanIn))
      return mul(u, consistentRms === undefined ? width : consistentRms * Math.sqrt(Math.max(fanIn, fanOut)))
    }, updates),
  )
}
