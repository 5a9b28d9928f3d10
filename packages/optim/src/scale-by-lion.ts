import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { abs, add, less, mul, type Tensor, tanh, where } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { updateMoment, zerosLikeTree } from './moments.ts'
import { signKeepingNan } from './sign-keeping-nan.ts'

/** Options of `scaleByLion`. */
export interface ScaleByLionOptions {
  /** Weight of the momentum against the new gradient in the update, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the momentum, in [0, 1). 0.99 unless given. */
  readonly b2?: number
  /** What stands for the sign: itself, `tanh(smoothBeta · x)`, or `x` cut off at ±1. `'hard'` unless given. */
  readonly mode?: 'hard' | 'smooth' | 'refined'
  /** Steepness in mode `'smooth'`, above 0. 1 unless given. */
  readonly smoothBeta?: number
}

/** The state of `scaleByLion`. */
export type ScaleByLionState = {
  /** Updates so far. */
  readonly count: number
  /** The momentum. */
  readonly mu: Tree
}

/**
 * The sign of an interpolation between momentum and gradient (Chen et al. 2023, algorithm 2).
 *
 * `u_t = sign(b1 · mu_(t-1) + (1 - b1) · g_t)`; `mu_t = b2 · mu_(t-1) + (1 - b2) · g_t`. Every element moves by the
 * learning rate, so choose a learning rate 3 to 10 times smaller than Adam's, and a weight decay as much larger. A NaN
 * stays NaN.
 *
 * State: count and momentum, shaped like the parameters: half the memory of Adam. Needs `params`: no.
 *
 * @param options - Weights and the kind of sign.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByLion } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByLion({ b1: 0.5, b2: 0 })
 * const [, state] = tx.update(tf.tensor1d([4, 4]), tx.init(tf.zeros([2])))
 * const [updates] = tx.update(tf.tensor1d([-3, -5]), state)
 * console.log(updates.arraySync()) // → [ 1, -1 ]
 * ```
 */
export function scaleByLion(options: ScaleByLionOptions = {}): GradientTransformation<ScaleByLionState> {
  const { b1 = 0.9, b2 = 0.99, mode = 'hard', smoothBeta = 1 } = options
  checkHyperparameters('scaleByLion', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByLion', 'above 0', { smoothBeta })
  checkArgument(
    ['hard', 'smooth', 'refined'].includes(mode),
    'scaleByLion',
    'mode',
    "'hard', 'smooth' or 'refined'",
    mode,
  )
  const direction = (x: Tensor): Tensor => {
    if (mode === 'smooth') return tanh(mul(x, smoothBeta))
    return mode === 'refined' ? where(less(abs(x), 1), x, signKeepingNan(x)) : signKeepingNan(x)
  }
  return gradientTransformation<ScaleByLionState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params) }),
    update: (updates, state) => [
      treeMap((g, m) => direction(add(mul(g, 1 - b1), mul(m, b1))), updates, state.mu),
      { count: state.count + 1, mu: updateMoment(updates, state.mu, b2, 1) },
    ],
  })
}
