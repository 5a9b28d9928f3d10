import { type GradientTransformation, gradientTransformation, type Tree } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `ema`. */
export interface EmaOptions {
  /** Correct for the start at 0. `true` unless given. */
  readonly debias?: boolean
}

/** The state of `ema`. */
export type EmaState = {
  /** Updates so far. */
  readonly count: number
  /** The running mean, not corrected. */
  readonly ema: Tree
}

/**
 * The running mean of updates: `ema_t = decay · ema_(t-1) + (1 - decay) · g_t`; `u_t = ema_t / (1 - decay^t)`, or with
 * `debias: false` `u_t = ema_t`.
 *
 * Its neighbour `trace` adds the new update in full.
 *
 * State: count and mean, shaped like the parameters. Needs `params`: no.
 *
 * @param decay - How much of the mean stays after one update, in [0, 1).
 * @param options - `debias`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { ema } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = ema(0.5)
 * const [first, state] = tx.update(tf.scalar(3), tx.init(tf.scalar(0)))
 * const [second] = tx.update(tf.scalar(6), state)
 * console.log(first.arraySync(), second.arraySync()) // → 3 5
 * ```
 */
export function ema(decay: number, { debias = true }: EmaOptions = {}): GradientTransformation<EmaState> {
  checkHyperparameters('ema', 'in [0, 1)', { decay })
  return gradientTransformation<EmaState>({
    init: (params) => ({ count: 0, ema: zerosLikeTree(params) }),
    update: (updates, state) => {
      const count = state.count + 1
      const next = updateMoment(updates, state.ema, decay, 1)
      return [debias ? biasCorrected(next, decay, count) : next, { count, ema: next }]
    },
  })
}
