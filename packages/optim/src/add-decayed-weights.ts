import {
  fusedTreeMap,
  type GradientTransformation,
  gradientTransformation,
  type Mask,
  masked,
  requireParams,
  type Schedule,
} from '@gg/core'
import { add, mul, type Tensor } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `addDecayedWeights`. */
export interface AddDecayedWeightsOptions {
  /** `true` for the leaves that decay; all of them unless given. Biases and normalization scales usually do not. */
  readonly mask?: Mask | undefined
}

/**
 * Adds a part of the parameters to the updates: `u = g + weightDecay(t) · params`.
 *
 * Before a preconditioner such as `scaleByAdam` this is L2 regularization (half the squared norm added to the loss);
 * behind it, as in `adamw`, it is decoupled weight decay (Loshchilov & Hutter 2019). At a feature site it pulls
 * activations towards 0.
 *
 * State: the count, for a plain number too, so that a run can go on under a schedule. Needs `params`: yes, unless
 * `weightDecay` is the number 0, which adds nothing (optax asks for them then too).
 *
 * @param weightDecay - The part that is added, in units of updates for each unit of parameters; a number or a schedule.
 *   0 unless given.
 * @param options - Which leaves decay.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`, and what `masked` throws.
 *
 * @example
 * ```ts
 * import { addDecayedWeights } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = addDecayedWeights(0.5, { mask: (path) => path !== 'bias' })
 * const params = { kernel: tf.scalar(4), bias: tf.scalar(4) }
 * const [updates] = tx.update({ kernel: tf.scalar(1), bias: tf.scalar(1) }, tx.init(params), params)
 * console.log(updates.kernel.arraySync(), updates.bias.arraySync()) // → 3 1
 * ```
 */
export function addDecayedWeights(
  weightDecay: number | Schedule = 0,
  { mask }: AddDecayedWeightsOptions = {},
): GradientTransformation<ScaleByScheduleState> {
  checkHyperparameters('addDecayedWeights', 'a finite number', { weightDecay })
  const tx = gradientTransformation<ScaleByScheduleState>({
    init: () => ({ count: 0 }),
    update: (updates, { count }, params) => {
      const next = { count: count + 1 }
      if (weightDecay === 0) return [updates, next]
      const decay = typeof weightDecay === 'number' ? weightDecay : weightDecay(count)
      const plain =
        () =>
        (g: Tensor, p: Tensor): Tensor[] => [add(g, mul(p, decay))]
      const kernel = { name: 'GgAddScaled', attrs: { factor: decay }, results: 1, plain } as const
      const [decayed] = fusedTreeMap(kernel, updates, requireParams('addDecayedWeights', params))
      return [decayed as typeof updates, next]
    },
  })
  return mask === undefined ? tx : masked(tx, mask)
}
