import { chain, type EmptyState, type GradientTransformation, type Schedule } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { type ScaleByPolyakOptions, scaleByPolyak } from './scale-by-polyak.ts'
import { type SgdState, sgd } from './sgd.ts'

/** Options of `polyakSgd`. */
export interface PolyakSgdOptions extends ScaleByPolyakOptions {
  /** Multiplies every step; a number of at least 0 or a schedule. 1 unless given. */
  readonly scaling?: number | Schedule
}

/** The state of `polyakSgd`: that of `sgd`, and that of the step, which has none. */
export type PolyakSgdState = readonly [SgdState, EmptyState]

/**
 * Gradient descent with Polyak's step: as long as the loss is far from its least value (Loizou et al. 2021).
 *
 * `u_t = -scaling(t) · g_t · min((value - fMin) / (‖scaling(t) · g_t‖² + eps), maxLearningRate)`; see `scaleByPolyak`. As in
 * optax `scaling` stands before the norm is taken, so it divides the step where the limit does not hold.
 *
 * State: the count of the scaling. Needs `params`: no. Needs the extra argument `value`, which
 * `createOptimizer(...).step(grads, { value })` hands on.
 *
 * @param options - Those of `scaleByPolyak`, and `scaling`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, also from `update` without `value`.
 *
 * @example
 * ```ts
 * import { applyUpdates, valueAndGrad } from '@gg/core'
 * import { polyakSgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = polyakSgd()
 * const x = tf.scalar(4)
 * const { value, grads } = valueAndGrad((x: tf.Tensor) => tf.square(x) as tf.Scalar)(x)
 * const [updates] = tx.update(grads, tx.init(x), x, { value })
 * console.log(applyUpdates(x, updates).arraySync()) // → 2
 * ```
 */
export function polyakSgd(options: PolyakSgdOptions = {}): GradientTransformation<PolyakSgdState> {
  const { scaling = 1, ...rest } = options
  return inTheNameOf('polyakSgd', () => chain(sgd(scaling), scaleByPolyak(rest)))
}
