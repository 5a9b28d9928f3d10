import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { add, div, sqrt, sub } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, nesterovMoment, updateMoment, zerosLikeTree } from './moments.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'

/** Options of `scaleByBelief`. */
export interface ScaleByBeliefOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared surprises, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-16 unless given. */
  readonly eps?: number
  /** Added to the second moment at each update, in units of the squared gradient; at least 0. 1e-16 unless given. */
  readonly epsRoot?: number
  /** Nesterov's momentum. `false` unless given. */
  readonly nesterov?: boolean
}

/**
 * Adam that divides by how much gradients differ from their own running mean: long steps where the gradient is what was
 * expected (Zhuang et al. 2020, algorithm 2).
 *
 * `mu` as in `scaleByAdam`; `nu_t = b2 · nu_(t-1) + (1 - b2) · (g_t - mu_t)² + epsRoot`;
 * `u_t = mu_t / (1 - b1^t) / (√(nu_t / (1 - b2^t)) + eps)`.
 *
 * State: count and two moments, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decays and terms against division by zero.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByBelief } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByBelief({ b1: 0.5, b2: 0 })
 * const [updates] = tx.update(tf.scalar(4), tx.init(tf.scalar(0)))
 * console.log(updates.arraySync()) // → 2
 * ```
 */
export function scaleByBelief(options: ScaleByBeliefOptions = {}): GradientTransformation<ScaleByAdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-16, epsRoot = 1e-16, nesterov = false } = options
  checkHyperparameters('scaleByBelief', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByBelief', 'at least 0', { eps, epsRoot })
  return gradientTransformation<ScaleByAdamState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params), nu: zerosLikeTree(params) }),
    update: (updates, state) => {
      const count = state.count + 1
      const mu = updateMoment(updates, state.mu, b1, 1)
      const surprise = treeMap((g, m) => sub(g, m), updates, mu)
      const nu = treeMap((v) => add(v, epsRoot), updateMoment(surprise, state.nu, b2, 2))
      const muHat = nesterov ? nesterovMoment(updates, mu, b1, count) : biasCorrected(mu, b1, count)
      const nuHat = biasCorrected(nu, b2, count)
      return [treeMap((m, v) => div(m, add(sqrt(v), eps)), muHat, nuHat), { count, mu, nu }]
    },
  })
}
