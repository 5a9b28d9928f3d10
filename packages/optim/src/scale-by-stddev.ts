import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { fill, relu, square, sub } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, updateMoment, zerosLikeTree } from './moments.ts'
import type { ScaleByAdamState } from './scale-by-adam.ts'
import { divideByRoot, type ScaleByRmsOptions } from './scale-by-rms.ts'

/**
 * Divides gradients by their running standard deviation: RMSProp, centered (Graves 2013).
 *
 * `mu_t = decay · mu_(t-1) + (1 - decay) · g_t`; `nu_t = decay · nu_(t-1) + (1 - decay) · g_t²`;
 * `u_t = g_t / √(nu_t - mu_t² + eps)`, or with `epsInSqrt: false` `g_t / (√(nu_t - mu_t²) + eps)`.
 *
 * The difference cannot be below 0, but in float32 its rounding can, where gradients hardly change; here it is cut off at
 * 0, where optax and PyTorch return NaN, with the defaults too.
 *
 * State: count and two moments, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Those of `scaleByRms`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByStddev } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByStddev({ decay: 0.5, eps: 0 })
 * const [updates] = tx.update(tf.tensor1d([4, -8]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync()) // → [ 2, -2 ]
 * ```
 */
export function scaleByStddev(options: ScaleByRmsOptions = {}): GradientTransformation<ScaleByAdamState> {
  const { decay = 0.9, eps = 1e-8, initialScale = 0, epsInSqrt = true, biasCorrection = false } = options
  checkHyperparameters('scaleByStddev', 'in [0, 1)', { decay })
  checkHyperparameters('scaleByStddev', 'at least 0', { eps, initialScale })
  return gradientTransformation<ScaleByAdamState>({
    init: (params) => ({
      count: 0,
      mu: zerosLikeTree(params),
      nu: treeMap((p) => fill(p.shape, initialScale), params),
    }),
    update: (updates, state) => {
      const count = state.count + 1
      const mu = updateMoment(updates, state.mu, decay, 1)
      const nu = updateMoment(updates, state.nu, decay, 2)
      const [muHat, nuHat] = biasCorrection
        ? [biasCorrected(mu, decay, count), biasCorrected(nu, decay, count)]
        : [mu, nu]
      const scaled = treeMap(
        // relu, because it keeps NaN on every backend.
        (g, m, n) => divideByRoot(g, relu(sub(n, square(m))), eps, epsInSqrt),
        updates,
        muHat,
        nuHat,
      )
      return [scaled, { count, mu, nu }]
    },
  })
}
