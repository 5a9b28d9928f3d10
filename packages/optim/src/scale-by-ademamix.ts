import { type GradientTransformation, gradientTransformation, type Schedule, type Tree, treeMap } from '@gg/core'
import { add, div, mul, sqrt } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `scaleByAdemamix`. */
export interface ScaleByAdemamixOptions {
  /** Decay of the fast mean of gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared gradients, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Decay of the slow mean of gradients, in [0, 1), or a schedule of it. 0.9999 unless given. */
  readonly b3?: number | Schedule
  /** How much of the slow mean is added, or a schedule of it. 6 unless given (`ademamix` has 5). */
  readonly alpha?: number | Schedule
  /** Added to the root, in units of the gradient; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** Added under the root, in units of the squared gradient; at least 0. 0 unless given. */
  readonly epsRoot?: number
}

/** The state of `scaleByAdemamix`. */
export type ScaleByAdemamixState = {
  /** Updates so far. */
  readonly count: number
  /** The fast mean of gradients. */
  readonly m1: Tree
  /** The slow mean of gradients. */
  readonly m2: Tree
  /** The mean of squared gradients. */
  readonly nu: Tree
}

/**
 * Adam with a second, slow mean of gradients that remembers tens of thousands of steps (Pagliardini et al. 2024,
 * algorithm 1).
 *
 * `m1 = b1 m1 + (1 - b1) g`; `m2 = b3 m2 + (1 - b3) g`; `nu = b2 nu + (1 - b2) g²`;
 * `u = (m1 / (1 - b1^t) + alpha · m2) / (√(nu / (1 - b2^t) + epsRoot) + eps)`. The slow mean is not corrected, so that
 * it fills slowly. Schedules of `b3` and `alpha` get 0 at the first update.
 *
 * Deviates from optax in that it keeps one count; optax has a second one of the same value.
 *
 * State: count and three moments, shaped like the parameters. Needs `params`: no. Memory: three tensors for each
 * parameter.
 *
 * @param options - Decays, the part of the slow mean, and terms against division by zero.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByAdemamix } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByAdemamix({ b3: 0.5, alpha: 2, eps: 0 })
 * const [updates] = tx.update(tf.tensor1d([0.5, -4]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync().map((u) => u.toFixed(3))) // → [ '2.000', '-2.000' ]
 * ```
 */
export function scaleByAdemamix(options: ScaleByAdemamixOptions = {}): GradientTransformation<ScaleByAdemamixState> {
  const { b1 = 0.9, b2 = 0.999, b3 = 0.9999, alpha = 6, eps = 1e-8, epsRoot = 0 } = options
  checkHyperparameters('scaleByAdemamix', 'in [0, 1)', { b1, b2, b3 })
  checkHyperparameters('scaleByAdemamix', 'a finite number', { alpha })
  checkHyperparameters('scaleByAdemamix', 'at least 0', { eps, epsRoot })
  return gradientTransformation<ScaleByAdemamixState>({
    init: (params) => ({
      count: 0,
      m1: zerosLikeTree(params),
      m2: zerosLikeTree(params),
      nu: zerosLikeTree(params),
    }),
    update: (updates, state) => {
      const count = state.count + 1
      const slowDecay = typeof b3 === 'number' ? b3 : b3(state.count)
      const part = typeof alpha === 'number' ? alpha : alpha(state.count)
      const m1 = updateMoment(updates, state.m1, b1, 1)
      const m2 = updateMoment(updates, state.m2, slowDecay, 1)
      const nu = updateMoment(updates, state.nu, b2, 2)
      const next = treeMap(
        (fast, slow, v) => div(add(fast, mul(slow, part)), add(sqrt(add(v, epsRoot)), eps)),
        biasCorrected(m1, b1, count),
        m2,
        biasCorrected(nu, b2, count),
      )
      return [next, { count, m1, m2, nu }]
    },
  })
}
