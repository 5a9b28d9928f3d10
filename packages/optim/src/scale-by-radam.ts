import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { add, div, mul, sqrt } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, nesterovMoment, updateMoment, zerosLikeTree } from './moments.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'

/** Options of `scaleByRadam`. */
export interface ScaleByRadamOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared gradients, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** Added under the root, in units of the squared gradient; at least 0. 0 unless given. */
  readonly epsRoot?: number
  /** How many gradients the second moment must stand for before it is used; at least 4. 5 unless given. */
  readonly threshold?: number
  /** Nesterov's momentum. `false` unless given. */
  readonly nesterov?: boolean
}

/**
 * Adam that trusts its second moment only as far as it has seen gradients: a warmup that needs no tuning (Liu et al.
 * 2020, algorithm 2).
 *
 * With `ρ_∞ = 2 / (1 - b2) - 1` and `ρ_t = ρ_∞ - 2t · b2^t / (1 - b2^t)`: while `ρ_t < threshold`, `u_t = m̂_t`; from
 * then on `u_t = r_t · m̂_t / (√(v̂_t + epsRoot) + eps)` with
 * `r_t = √((ρ_t - 4)(ρ_t - 2) ρ_∞ / ((ρ_∞ - 4)(ρ_∞ - 2) ρ_t))`. In the first phase steps have the scale of the gradient,
 * not of the learning rate.
 *
 * State: count and two moments, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decays, terms against division by zero, the threshold.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByRadam } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByRadam({ b1: 0.5 })
 * const [updates] = tx.update(tf.tensor1d([4, -8]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync()) // → [ 4, -8 ]
 * ```
 */
export function scaleByRadam(options: ScaleByRadamOptions = {}): GradientTransformation<ScaleByAdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, threshold = 5, nesterov = false } = options
  checkHyperparameters('scaleByRadam', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByRadam', 'at least 0', { eps, epsRoot })
  // Below 4 the root in r_t is not real.
  checkHyperparameters('scaleByRadam', 'at least 4', { threshold })
  const limit = 2 / (1 - b2) - 1
  return gradientTransformation<ScaleByAdamState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params), nu: zerosLikeTree(params) }),
    update: (updates, state) => {
      const count = state.count + 1
      const mu = updateMoment(updates, state.mu, b1, 1)
      const nu = updateMoment(updates, state.nu, b2, 2)
      const muHat = nesterov ? nesterovMoment(updates, mu, b1, count) : biasCorrected(mu, b1, count)
      const rho = limit - (2 * count * b2 ** count) / (1 - b2 ** count)
      if (rho < threshold) return [muHat, { count, mu, nu }]
      const rectification = Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho))
      const nuHat = biasCorrected(nu, b2, count)
      return [
        treeMap((m, v) => div(mul(m, rectification), add(sqrt(add(v, epsRoot)), eps)), muHat, nuHat),
        { count, mu, nu },
      ]
    },
  })
}
