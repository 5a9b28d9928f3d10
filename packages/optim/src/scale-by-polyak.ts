import { type EmptyState, type GradientTransformation, stateless, treeMap } from '@gg/core'
import { add, div, lessEqual, minimum, mul, relu, square, sub, where, zerosLike } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { globalNorm } from './global-norm.ts'
import { requireValue } from './require-value.ts'

/** Options of `scaleByPolyak`. */
export interface ScaleByPolyakOptions {
  /** The least value the loss can have, any finite number. 0 unless given: for models that fit their data. */
  readonly fMin?: number
  /** The longest step for each unit of gradient, above 0. 1 unless given. */
  readonly maxLearningRate?: number
  /** Added to the squared norm, at least 0. 0 unless given. */
  readonly eps?: number
  /** `'sps+'` takes a loss below `fMin` for one at `fMin`; `'sps'`, the default, steps back. */
  readonly variant?: 'sps' | 'sps+'
}

/**
 * The step at whose end a linear loss would have reached its least value (Polyak 1964; Loizou et al. 2021).
 *
 * `u = g · min((value - fMin) / (‖g‖² + eps), maxLearningRate)`, the norm over all leaves; 0 where `‖g‖² + eps` is at most
 * 1.19e-7 (the float32 epsilon), as in optax.
 *
 * State: none. Needs `params`: no. Needs the extra argument `value`: the loss, a scalar or a number.
 *
 * @param options - The least loss, and limits.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, also from `update` without `value`.
 *
 * @example
 * ```ts
 * import { scaleByPolyak } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * // The loss 5x at x = 2: its gradient is 5, and x is 2 away from the least loss.
 * const [updates] = scaleByPolyak().update(tf.scalar(5), {}, tf.scalar(2), { value: 10 })
 * console.log(updates.arraySync()) // → 2
 * ```
 */
export function scaleByPolyak(options: ScaleByPolyakOptions = {}): GradientTransformation<EmptyState> {
  const { fMin = 0, maxLearningRate = 1, eps = 0, variant = 'sps' } = options
  checkHyperparameters('scaleByPolyak', 'a finite number', { fMin })
  checkHyperparameters('scaleByPolyak', 'above 0', { maxLearningRate })
  checkHyperparameters('scaleByPolyak', 'at least 0', { eps })
  checkArgument(variant === 'sps' || variant === 'sps+', 'scaleByPolyak', 'variant', "'sps' or 'sps+'", variant)
  return stateless((updates, _, extra) => {
    const gap = sub(requireValue('scaleByPolyak', extra), fMin)
    const squaredNorm = add(square(globalNorm(updates)), eps)
    const rate = minimum(div(variant === 'sps+' ? relu(gap) : gap, squaredNorm), maxLearningRate)
    const step = where(lessEqual(squaredNorm, 2 ** -23), zerosLike(rate), rate)
    return treeMap((g) => mul(g, step), updates)
  })
}
