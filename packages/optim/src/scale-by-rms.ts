import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { add, div, fill, mul, rsqrt, sqrt, type Tensor } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, updateMoment } from './moments.ts'

/** Options of `scaleByRms` and `scaleByStddev`. */
export interface ScaleByRmsOptions {
  /** Decay of the mean of squared gradients, in [0, 1). 0.9 unless given. */
  readonly decay?: number
  /** Against division by zero; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** Where the mean of squares starts, at least 0. 0 unless given; TensorFlow 1 has 1. */
  readonly initialScale?: number
  /** Add eps under the root. `true` unless given; `false` is what PyTorch does. */
  readonly epsInSqrt?: boolean
  /** Correct for the start at 0. `false` unless given. */
  readonly biasCorrection?: boolean
}

/** The state of `scaleByRms`. */
export type ScaleByRmsState = {
  /** Updates so far; only the bias correction reads it. */
  readonly count: number
  /** The running mean of squared gradients. */
  readonly nu: Tree
}

/**
 * Divides gradients by the root of the running mean of their squares: RMSProp (Hinton 2012, lecture 6e).
 *
 * `nu_t = decay · nu_(t-1) + (1 - decay) · g_t²`; `u_t = g_t / √(nu_t + eps)`, or with `epsInSqrt: false`
 * `g_t / (√nu_t + eps)`. With `biasCorrection` it is `scaleByAdam` without a first moment. The first step is
 * `1 / √(1 - decay)` times the learning rate long: correct the bias, or start from `initialScale`.
 *
 * State: count and second moment, shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decay, eps and where it stands, start and correction.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByRms } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByRms({ decay: 0.75, eps: 0 })
 * const [updates] = tx.update(tf.tensor1d([4, -8]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync()) // → [ 2, -2 ]
 * ```
 */
export function scaleByRms(options: ScaleByRmsOptions = {}): GradientTransformation<ScaleByRmsState> {
  const { decay = 0.9, eps = 1e-8, initialScale = 0, epsInSqrt = true, biasCorrection = false } = options
  checkHyperparameters('scaleByRms', 'in [0, 1)', { decay })
  checkHyperparameters('scaleByRms', 'at least 0', { eps, initialScale })
  return gradientTransformation<ScaleByRmsState>({
    init: (params) => ({ count: 0, nu: treeMap((p) => fill(p.shape, initialScale), params) }),
    update: (updates, state) => {
      const count = state.count + 1
      const nu = updateMoment(updates, state.nu, decay, 2)
      const nuHat = biasCorrection ? biasCorrected(nu, decay, count) : nu
      return [treeMap((g, n) => divideByRoot(g, n, eps, epsInSqrt), updates, nuHat), { count, nu }]
    },
  })
}

/** `g / √(n + eps)`, or `g / (√n + eps)`. */
export function divideByRoot(g: Tensor, n: Tensor, eps: number, epsInSqrt: boolean): Tensor {
  return epsInSqrt ? mul(g, rsqrt(add(n, eps))) : div(g, add(sqrt(n), eps))
}
