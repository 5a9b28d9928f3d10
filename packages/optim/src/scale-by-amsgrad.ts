import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { add, div, maximum, sqrt } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `scaleByAmsgrad`. */
export interface ScaleByAmsgradOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared gradients, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** Added under the root, in units of the squared gradient; at least 0. 0 unless given. */
  readonly epsRoot?: number
  /** Correct the first moment for its start at 0. `true` unless given; the paper does not. */
  readonly biasCorrectionMu?: boolean
  /** Correct the second moment before the maximum is taken. `true` unless given; the paper does not. */
  readonly biasCorrectionNu?: boolean
}

/** The state of `scaleByAmsgrad`. */
export type ScaleByAmsgradState = {
  /** Updates so far. */
  readonly count: number
  /** The running mean of gradients. */
  readonly mu: Tree
  /** The running mean of squared gradients. */
  readonly nu: Tree
  /** The greatest second moment so far. */
  readonly nuMax: Tree
}

/**
 * Adam that divides by the greatest second moment so far, so that steps never grow again (Reddi et al. 2018,
 * algorithm 2).
 *
 * With the moments `mu`, `nu` of `scaleByAdam`: `nuMax_t = max(nuMax_(t-1), nu_t / (1 - b2^t))`;
 * `u_t = mu_t / (1 - b1^t) / (√(nuMax_t + epsRoot) + eps)`. PyTorch's `Adam(amsgrad=True)` takes the maximum before it
 * corrects.
 *
 * State: count and three moments, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decays, terms against division by zero, which moments to correct.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByAmsgrad } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByAmsgrad({ b1: 0, b2: 0, eps: 0 })
 * const [, state] = tx.update(tf.scalar(4), tx.init(tf.scalar(0)))
 * const [updates] = tx.update(tf.scalar(1), state)
 * console.log(updates.arraySync()) // → 0.25
 * ```
 */
export function scaleByAmsgrad(options: ScaleByAmsgradOptions = {}): GradientTransformation<ScaleByAmsgradState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, biasCorrectionMu = true, biasCorrectionNu = true } = options
  checkHyperparameters('scaleByAmsgrad', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByAmsgrad', 'at least 0', { eps, epsRoot })
  return gradientTransformation<ScaleByAmsgradState>({
    init: (params) => ({
      count: 0,
      mu: zerosLikeTree(params),
      nu: zerosLikeTree(params),
      nuMax: zerosLikeTree(params),
    }),
    update: (updates, state) => {
      const count = state.count + 1
      const mu = updateMoment(updates, state.mu, b1, 1)
      const nu = updateMoment(updates, state.nu, b2, 2)
      const muHat = biasCorrectionMu ? biasCorrected(mu, b1, count) : mu
      const nuHat = biasCorrectionNu ? biasCorrected(nu, b2, count) : nu
      // The moment first: once NaN it stays NaN, and WASM keeps a NaN of the first argument only.
      const nuMax = treeMap((v, max) => maximum(v, max), nuHat, state.nuMax)
      return [treeMap((m, v) => div(m, add(sqrt(add(v, epsRoot)), eps)), muHat, nuMax), { count, mu, nu, nuMax }]
    },
  })
}
