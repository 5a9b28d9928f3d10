import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { add, div, mul, sqrt, sub } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `scaleByAdan`. */
export interface ScaleByAdanOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.98 unless given. */
  readonly b1?: number
  /** Decay of the mean of gradient differences, in [0, 1). 0.92 unless given. */
  readonly b2?: number
  /** Decay of the mean of squares, in [0, 1). 0.99 unless given. */
  readonly b3?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** Added under the root, in units of the squared gradient; at least 0. 0 unless given (`adan` has 1e-8). */
  readonly epsRoot?: number
  /** How far the difference is carried on; `1 - b2` unless given, as in optax. The paper's is `b2`. */
  readonly extrapolation?: number
}

/** The state of `scaleByAdan`, in the letters of its equation. */
export type ScaleByAdanState = {
  /** Updates so far. */
  readonly count: number
  /** The running mean of gradients. */
  readonly m: Tree
  /** The running mean of gradient differences. */
  readonly v: Tree
  /** The running mean of squares. */
  readonly n: Tree
  /** The last gradient. */
  readonly g: Tree
}

/**
 * Adaptive Nesterov momentum from gradients and their differences (Xie et al. 2022, algorithm 1).
 *
 * `d_t = g_t - g_(t-1)`, 0 at the first update; `m`, `v` and `n` are running means of `g_t`, of `d_t` and of
 * `(g_t + e · d_t)²` with the decays `b1`, `b2` and `b3`; with bias corrections as in Adam,
 * `u_t = (m̂_t + e · v̂_t) / (√(n̂_t + epsRoot) + eps)`.
 *
 * The paper writes `β = 1 - decay` and `e = 1 - β2`, that is `e = b2`, 0.92. optax took `1 - b2`, 0.08, over into its own
 * notation; so that trajectories agree it is the default here too. Pass `extrapolation: b2` for the paper's algorithm.
 *
 * State: count and four trees, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decays and terms against division by zero.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByAdan } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByAdan({ b1: 0, b2: 0, b3: 0, eps: 0 })
 * const [, state] = tx.update(tf.scalar(1), tx.init(tf.scalar(0)))
 * const [updates] = tx.update(tf.scalar(3), state)
 * console.log(updates.arraySync(), state.g.arraySync()) // → 1 1
 * ```
 */
export function scaleByAdan(options: ScaleByAdanOptions = {}): GradientTransformation<ScaleByAdanState> {
  const { b1 = 0.98, b2 = 0.92, b3 = 0.99, eps = 1e-8, epsRoot = 0, extrapolation = 1 - b2 } = options
  checkHyperparameters('scaleByAdan', 'in [0, 1)', { b1, b2, b3 })
  checkHyperparameters('scaleByAdan', 'at least 0', { eps, epsRoot })
  checkHyperparameters('scaleByAdan', 'a finite number', { extrapolation })
  return gradientTransformation<ScaleByAdanState>({
    init: (params) => ({
      count: 0,
      m: zerosLikeTree(params),
      v: zerosLikeTree(params),
      n: zerosLikeTree(params),
      g: zerosLikeTree(params),
    }),
    update: (updates, state) => {
      const count = state.count + 1
      const difference =
        state.count === 0 ? zerosLikeTree(updates) : treeMap((g, last) => sub(g, last), updates, state.g)
      const ahead = treeMap((g, d) => add(g, mul(d, extrapolation)), updates, difference)
      const m = updateMoment(updates, state.m, b1, 1)
      const v = updateMoment(difference, state.v, b2, 1)
      const n = updateMoment(ahead, state.n, b3, 2)
      const scaled = treeMap(
        (mHat, vHat, nHat) => div(add(mHat, mul(vHat, extrapolation)), add(sqrt(add(nHat, epsRoot)), eps)),
        biasCorrected(m, b1, count),
        biasCorrected(v, b2, count),
        biasCorrected(n, b3, count),
      )
      return [scaled, { count, m, v, n, g: updates }]
    },
  })
}
