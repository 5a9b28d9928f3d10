import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { equal, fill, greater, less, mul, where, zerosLike } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { clamp } from './clamp.ts'
import { zerosLikeTree } from './moments.ts'
import { signKeepingNan } from './sign-keeping-nan.ts'

/** Options of `scaleByRprop`. */
export interface ScaleByRpropOptions {
  /** Factor of a step whose gradient has changed its sign, in [0, 1]. 0.5 unless given. */
  readonly etaMinus?: number
  /** Factor of a step whose gradient has kept its sign, at least 1. 1.2 unless given. */
  readonly etaPlus?: number
  /** The shortest step, at least 0. 1e-6 unless given. */
  readonly minStepSize?: number
  /** The longest step, at least the shortest. 50 unless given. */
  readonly maxStepSize?: number
}

/** The state of `scaleByRprop`. */
export type ScaleByRpropState = {
  /** The length of the next step of each element. */
  readonly stepSizes: Tree
  /** The last steps; 0 where the sign had changed. */
  readonly prevUpdates: Tree
}

/**
 * Steps whose length grows while the sign of the gradient stays and shrinks when it changes: resilient backpropagation
 * (Riedmiller & Braun 1993), in the form iRprop⁻ (Igel & Hüsken 2003).
 *
 * With `s = g_t · u_(t-1)`: the step grows by `etaPlus` where `s > 0`, shrinks by `etaMinus` where `s < 0`, within its
 * limits; `u_t = step · sign(g_t)`, 0 where `s < 0`. For gradients of the whole data set: a batch's noise changes signs.
 * It agrees with PyTorch. optax 0.2.8 hands out each update one step late (google-deepmind/optax#1725); we do not.
 *
 * State: steps and last updates, shaped like the parameters. Needs `params`: no.
 *
 * @param learningRate - The first step, above 0, in units of the parameters.
 * @param options - Factors and limits.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByRprop } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByRprop(0.5, { etaPlus: 2 })
 * const [, state] = tx.update(tf.tensor1d([7, 7]), tx.init(tf.zeros([2])))
 * const [updates] = tx.update(tf.tensor1d([3, -3]), state)
 * console.log(updates.arraySync()) // → [ 1, 0 ]
 * ```
 */
export function scaleByRprop(
  learningRate: number,
  options: ScaleByRpropOptions = {},
): GradientTransformation<ScaleByRpropState> {
  const { etaMinus = 0.5, etaPlus = 1.2, minStepSize = 1e-6, maxStepSize = 50 } = options
  checkHyperparameters('scaleByRprop', 'above 0', { learningRate })
  checkHyperparameters('scaleByRprop', 'in [0, 1]', { etaMinus })
  checkHyperparameters('scaleByRprop', 'at least 1', { etaPlus })
  checkHyperparameters('scaleByRprop', 'at least 0', { minStepSize, maxStepSize })
  const expected = `at least \`minStepSize\` (${minStepSize})`
  checkArgument(maxStepSize >= minStepSize, 'scaleByRprop', 'maxStepSize', expected, maxStepSize)
  return gradientTransformation<ScaleByRpropState>({
    init: (params) => ({
      stepSizes: treeMap((p) => fill(p.shape, learningRate), params),
      prevUpdates: zerosLikeTree(params),
    }),
    update: (updates, state) => {
      const agreement = treeMap((g, last) => mul(g, last), updates, state.prevUpdates)
      const stepSizes = treeMap(
        (s, step) => {
          const changed = mul(step, where(greater(s, 0), etaPlus, etaMinus))
          return where(equal(s, 0), step, clamp(changed, minStepSize, maxStepSize))
        },
        agreement,
        state.stepSizes,
      )
      const next = treeMap(
        (g, s, step) => where(less(s, 0), zerosLike(g), mul(step, signKeepingNan(g))),
        updates,
        agreement,
        stepSizes,
      )
      return [next, { stepSizes, prevUpdates: next }]
    },
  })
}
