import { type EmptyState, type GradientTransformation, requireParams, stateless, treeMap } from '@gg/core'
import { div, less, maximum, mul, onesLike, sqrt, square, sum, type Tensor, where } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'

/** Options of `adaptiveGradClip`. */
export interface AdaptiveGradClipOptions {
  /** Parameter norms below count as this, so that zeros can move; at least 0. 1e-3 unless given. */
  readonly eps?: number
  /** The axes of each leaf over which norms are taken; unless given, all but the last one (see below). */
  readonly axis?: number | readonly number[]
}

/**
 * Shortens the update of each output unit that is long against the unit's weights: `u = g` where `‖g‖ < clipping · p`,
 * else `u = g · clipping · p / ‖g‖`, with `p = max(‖params‖, eps)` (Brock et al. 2021, equation 3).
 *
 * Norms are taken over all axes but the last, the units of tfjs' kernels: one norm for each column of a dense kernel
 * `[in, out]` and for each filter of a convolution kernel `[height, width, in, out]`. A leaf with at most one axis longer
 * than 1 has one norm. That is optax's rule, but for rank 3: there optax takes axis 0, for attention heads, and here a
 * one-dimensional convolution's kernel `[width, in, out]` has a norm for each filter. For a depthwise kernel
 * `[height, width, in, multiplier]` pass `axis: [0, 1]`.
 *
 * State: none. Needs `params`: yes. NaN in a unit makes that unit NaN. The paper leaves the last layer out: use `masked`.
 *
 * @param clipping - The greatest length of an update for each unit of length of the weights, above 0; about 0.01.
 * @param options - `eps` and `axis`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { adaptiveGradClip } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const params = tf.tensor2d([[3, 0], [4, 5]])
 * const [updates] = adaptiveGradClip(0.5).update(tf.tensor2d([[0, 1], [5, 0]]), {}, params)
 * console.log(updates.arraySync()) // → [ [ 0, 1 ], [ 2.5, 0 ] ]
 * ```
 */
export function adaptiveGradClip(
  clipping: number,
  options: AdaptiveGradClipOptions = {},
): GradientTransformation<EmptyState> {
  const { eps = 1e-3, axis } = options
  const axes = typeof axis === 'number' ? [axis] : axis
  checkHyperparameters('adaptiveGradClip', 'above 0', { clipping })
  checkHyperparameters('adaptiveGradClip', 'at least 0', { eps })
  checkArgument(axes?.every(Number.isInteger) ?? true, 'adaptiveGradClip', 'axis', 'whole numbers', axis)
  return stateless((updates, params) =>
    treeMap(
      (g, p) => {
        const norm = unitNorm(g, axes)
        const limit = mul(maximum(unitNorm(p, axes), eps), clipping)
        // A norm of 0 is below any limit; 1e-6 keeps the branch not taken finite, as in optax.
        return mul(g, where(less(norm, limit), onesLike(norm), div(limit, maximum(norm, 1e-6))))
      },
      updates,
      requireParams('adaptiveGradClip', params),
    ),
  )
}

function unitNorm(x: Tensor, axes: readonly number[] | undefined): Tensor {
  const isVector = x.shape.filter((size) => size !== 1).length < 2
  const all = x.shape.map((_, i) => i)
  return sqrt(sum(square(x), [...(axes ?? (isVector ? all : all.slice(0, -1)))], true))
}
