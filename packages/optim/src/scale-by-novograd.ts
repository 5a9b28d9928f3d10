import { type GradientTransformation, gradientTransformation, requireParams, type Tree, treeMap } from '@gg/core'
import { add, div, mul, scalar, sqrt, square, sum } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `scaleByNovograd`. */
export interface ScaleByNovogradOptions {
  /** Decay of the momentum, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared norms, in [0, 1). 0.25 unless given. */
  readonly b2?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** Added under the root, in units of the squared gradient; at least 0. 0 unless given. */
  readonly epsRoot?: number
  /** The part of the parameters that is added before the momentum. 0 unless given. */
  readonly weightDecay?: number
}

/** The state of `scaleByNovograd`. */
export type ScaleByNovogradState = {
  /** Updates so far. */
  readonly count: number
  /** The momentum. */
  readonly mu: Tree
  /** One running mean of squared norms for each leaf: scalars. */
  readonly nu: Tree
}

/**
 * Momentum of gradients that are divided by the norm of their layer (Ginsburg et al. 2019, algorithm 1).
 *
 * `nu_t = b2 · nu_(t-1) + (1 - b2) · ‖g_t‖²` for each leaf, `nu_1 = ‖g_1‖²`;
 * `mu_t = b1 · mu_(t-1) + g_t / (√(nu_t + epsRoot) + eps) + weightDecay · params`; `u_t = mu_t`.
 *
 * State: count, momentum shaped like the parameters, and one scalar for each leaf. Needs `params`: if there is weight
 * decay.
 *
 * @param options - Decays, terms against division by zero, weight decay.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { scaleByNovograd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByNovograd({ eps: 0 })
 * const [updates, state] = tx.update(tf.tensor1d([3, -4]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync().map((u) => u.toFixed(2)), state.nu.arraySync()) // → [ '0.60', '-0.80' ] 25
 * ```
 */
export function scaleByNovograd(options: ScaleByNovogradOptions = {}): GradientTransformation<ScaleByNovogradState> {
  const { b1 = 0.9, b2 = 0.25, eps = 1e-8, epsRoot = 0, weightDecay = 0 } = options
  checkHyperparameters('scaleByNovograd', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByNovograd', 'at least 0', { eps, epsRoot })
  checkHyperparameters('scaleByNovograd', 'a finite number', { weightDecay })
  return gradientTransformation<ScaleByNovogradState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params), nu: treeMap(() => scalar(0), params) }),
    update: (updates, state, params) => {
      const squaredNorms = treeMap((g) => sum(square(g)), updates)
      const nu = state.count === 0 ? squaredNorms : updateMoment(squaredNorms, state.nu, b2, 1)
      const normalized = treeMap((g, n) => div(g, add(sqrt(add(n, epsRoot)), eps)), updates, nu)
      const decayed =
        weightDecay === 0
          ? normalized
          : treeMap((g, p) => add(g, mul(p, weightDecay)), normalized, requireParams('scaleByNovograd', params))
      const mu = treeMap((g, m) => add(g, mul(m, b1)), decayed, state.mu)
      return [mu, { count: state.count + 1, mu, nu }]
    },
  })
}
