import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { abs, add, div, mul } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { maximumKeepingNan } from './extremes-keeping-nan.ts'
import { biasCorrected, updateMoment, zerosLikeTree } from './moments.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'

/** Options of `scaleByAdamax`. */
export interface ScaleByAdamaxOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the greatest gradient, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Added to the absolute gradient, in its units; at least 0. 1e-8 unless given. */
  readonly eps?: number
}

/**
 * Divides the mean of gradients by their decayed maximum: Adam with the infinity norm (Kingma & Ba 2015, algorithm 2).
 *
 * `mu_t = b1 · mu_(t-1) + (1 - b1) · g_t`; `nu_t = max(b2 · nu_(t-1), |g_t| + eps)`; `u_t = mu_t / (1 - b1^t) / nu_t`.
 * As in optax and PyTorch, eps stands within the maximum; the paper has none.
 *
 * State: count, mean and maximum, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decays and the term against division by zero.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByAdamax } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByAdamax({ b1: 0, b2: 0.5, eps: 0 })
 * const [, state] = tx.update(tf.scalar(8), tx.init(tf.scalar(0)))
 * const [updates] = tx.update(tf.scalar(-1), state)
 * console.log(updates.arraySync()) // → -0.25
 * ```
 */
export function scaleByAdamax(options: ScaleByAdamaxOptions = {}): GradientTransformation<ScaleByAdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8 } = options
  checkHyperparameters('scaleByAdamax', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByAdamax', 'at least 0', { eps })
  return gradientTransformation<ScaleByAdamState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params), nu: zerosLikeTree(params) }),
    update: (updates, state) => {
      const count = state.count + 1
      const mu = updateMoment(updates, state.mu, b1, 1)
      const nu = treeMap((g, n) => maximumKeepingNan(add(abs(g), eps), mul(n, b2)), updates, state.nu)
      return [treeMap((m, n) => div(m, n), biasCorrected(mu, b1, count), nu), { count, mu, nu }]
    },
  })
}
