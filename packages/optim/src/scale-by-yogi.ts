import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { add, div, fill, mul, sign, sqrt, square, sub } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, updateMoment } from './moments.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'

/** Options of `scaleByYogi`. */
export interface ScaleByYogiOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared gradients, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-3 unless given. */
  readonly eps?: number
  /** Added under the root, in units of the squared gradient; at least 0. 0 unless given. */
  readonly epsRoot?: number
  /** Where both moments start, at least 0. 1e-6 unless given. */
  readonly initialAccumulatorValue?: number
}

/**
 * Adam whose second moment moves by an amount that does not depend on its own size, so that it does not collapse after
 * rare large gradients (Zaheer et al. 2018, algorithm 2).
 *
 * `mu` as in `scaleByAdam`; `nu_t = nu_(t-1) - (1 - b2) · sign(nu_(t-1) - g_t²) · g_t²`;
 * `u_t = mu_t / (1 - b1^t) / (√(nu_t / (1 - b2^t) + epsRoot) + eps)`.
 *
 * Like optax, both moments start at `initialAccumulatorValue` and are corrected as if they started at 0, so `mu` is a
 * hair off 0 at the start. The paper corrects nothing.
 *
 * State: count and two moments, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decays, terms against division by zero, where to start.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByYogi } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByYogi({ b1: 0, b2: 0.75, eps: 0, initialAccumulatorValue: 0 })
 * const [, state] = tx.update(tf.scalar(4), tx.init(tf.scalar(0)))
 * console.log(tx.update(tf.scalar(1), state)[1].nu.arraySync()) // → 3.75
 * ```
 */
export function scaleByYogi(options: ScaleByYogiOptions = {}): GradientTransformation<ScaleByAdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-3, epsRoot = 0, initialAccumulatorValue = 1e-6 } = options
  checkHyperparameters('scaleByYogi', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByYogi', 'at least 0', { eps, epsRoot, initialAccumulatorValue })
  return gradientTransformation<ScaleByAdamState>({
    init: (params) => ({
      count: 0,
      mu: treeMap((p) => fill(p.shape, initialAccumulatorValue), params),
      nu: treeMap((p) => fill(p.shape, initialAccumulatorValue), params),
    }),
    update: (updates, state) => {
      const count = state.count + 1
      const mu = updateMoment(updates, state.mu, b1, 1)
      const nu = treeMap(
        (g, v) => {
          const squared = square(g)
          // The plain sign will do: a NaN stands in the other factor too.
          return sub(v, mul(mul(sign(sub(v, squared)), squared), 1 - b2))
        },
        updates,
        state.nu,
      )
      const muHat = biasCorrected(mu, b1, count)
      const nuHat = biasCorrected(nu, b2, count)
      return [treeMap((m, v) => div(m, add(sqrt(add(v, epsRoot)), eps)), muHat, nuHat), { count, mu, nu }]
    },
  })
}
