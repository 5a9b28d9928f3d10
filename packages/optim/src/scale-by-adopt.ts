import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { div, maximum, sqrt } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { clamp } from './clamp.ts'
import { updateMoment, zerosLikeTree } from './moments.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'

/** Options of `scaleByAdopt`. */
export interface ScaleByAdoptOptions {
  /** Decay of the mean of scaled gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared gradients, in [0, 1). 0.9999 unless given. */
  readonly b2?: number
  /** The least root that is divided by, in units of the gradient; above 0. 1e-6 unless given. */
  readonly eps?: number
  /** Nesterov's momentum. `false` unless given. */
  readonly nesterov?: boolean
  /** Whether scaled gradients are clipped. `true` unless given. */
  readonly useClipping?: boolean
  /** The bound of scaled gradients at update number `count`, which is 0 at the first. `count^0.25` unless given. */
  readonly clipValueFn?: (count: number) => number
}

/**
 * Adam that divides each gradient by the second moment of those *before* it, and only then averages: ADOPT (Taniguchi et
 * al. 2024, algorithm 2), which converges for every `b2`.
 *
 * `mu_t = b1 mu_(t-1) + (1 - b1) · clip(g_t / max(√nu_(t-1), eps), ±clipValueFn(t))`; `u_t = mu_t`;
 * `nu_t = b2 nu_(t-1) + (1 - b2) g_t²`. The first update is zero: it only sets `nu = g²`.
 *
 * State: count and two moments, shaped like the parameters. Needs `params`: no. Memory: two tensors for each parameter.
 *
 * @param options - Decays, the least root, and clipping.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByAdopt } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByAdopt({ b1: 0.5 })
 * const [first, state] = tx.update(tf.tensor1d([2, -4]), tx.init(tf.zeros([2])))
 * const [second] = tx.update(tf.tensor1d([1, 4]), state)
 * console.log(first.arraySync(), second.arraySync()) // → [ 0, 0 ] [ 0.25, 0.5 ]
 * ```
 */
export function scaleByAdopt(options: ScaleByAdoptOptions = {}): GradientTransformation<ScaleByAdamState> {
  const { b1 = 0.9, b2 = 0.9999, eps = 1e-6, nesterov = false, useClipping = true, clipValueFn } = options
  checkHyperparameters('scaleByAdopt', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByAdopt', 'above 0', { eps })
  const boundAt = clipValueFn ?? ((count: number) => count ** 0.25)
  return gradientTransformation<ScaleByAdamState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params), nu: zerosLikeTree(params) }),
    update: (updates, state) => {
      const count = state.count + 1
      const nu = updateMoment(updates, state.nu, state.count === 0 ? 0 : b2, 2)
      if (state.count === 0) return [zerosLikeTree(updates), { count, mu: state.mu, nu }]
      const bound = boundAt(state.count)
      const scaled = treeMap(
        (g, before) => {
          const ratio = div(g, maximum(sqrt(before), eps))
          return useClipping ? clamp(ratio, -bound, bound) : ratio
        },
        updates,
        state.nu,
      )
      const mu = updateMoment(scaled, state.mu, b1, 1)
      return [nesterov ? updateMoment(scaled, mu, b1, 1) : mu, { count, mu, nu }]
    },
  })
}
