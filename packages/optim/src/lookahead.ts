import {
  type GradientTransformation,
  gradientTransformation,
  requireParams,
  type State,
  type Tree,
  treeMap,
} from '@gg/core'
import { add, mul, sub } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'

/** Options of `lookahead`. */
export interface LookaheadOptions {
  /** `k`, after how many fast steps the two meet, a whole number of at least 1. */
  readonly syncPeriod: number
  /** `α`, how far the slow parameters go towards the fast ones, in (0, 1]. */
  readonly slowStepSize: number
  /** Whether the fast optimizer starts anew after they have met. `false` unless given. */
  readonly resetState?: boolean
}

/** The state of `lookahead`. */
export type LookaheadState<S extends State> = {
  /** The state of the fast optimizer. */
  readonly fast: S
  /** The slow parameters: take these for evaluation. */
  readonly slow: Tree
  /** Fast steps since they last met, below `syncPeriod`. */
  readonly stepsSinceSync: number
}

/**
 * `k` steps forward, one step back: a fast optimizer runs ahead, and every `k` steps slow parameters go a part of the way
 * after it and the fast ones start again from there (Zhang et al. 2019, algorithm 1).
 *
 * `slow ← slow + α (fast - slow)`, `fast ← slow` after every `k`-th fast step.
 *
 * Deviates from optax in where the slow parameters are: in the state, where optax has callers carry a pair of fast and
 * slow ones. The updates are for the fast parameters and must be applied as they are.
 *
 * State: that of the fast optimizer, the slow parameters, a count. Needs `params`: yes.
 *
 * @param fastOptimizer - A whole optimizer, with its learning rate.
 * @param options - Period, step size, and whether to start anew.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { lookahead, sgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(lookahead(sgd(1), { syncPeriod: 2, slowStepSize: 0.5 }), { x: tf.scalar(8) })
 * const seen = [1, 1, 1].map((gradient) => (optimizer.step({ x: tf.scalar(gradient) }), optimizer.params.x.arraySync()))
 * console.log(seen) // → [ 7, 7, 6 ]
 * ```
 */
export function lookahead<S extends State>(
  fastOptimizer: GradientTransformation<S>,
  { syncPeriod, slowStepSize, resetState = false }: LookaheadOptions,
): GradientTransformation<LookaheadState<S>> {
  checkHyperparameters('lookahead', 'a whole number of at least 1', { syncPeriod })
  checkHyperparameters('lookahead', 'in (0, 1]', { slowStepSize })
  return gradientTransformation<LookaheadState<S>>({
    init: (params) => ({ fast: fastOptimizer.init(params), slow: params, stepsSinceSync: 0 }),
    update: (updates, state, given, extra) => {
      const params = requireParams('lookahead', given)
      const [next, fast] = fastOptimizer.update(updates, state.fast, params, extra)
      const stepsSinceSync = (state.stepsSinceSync + 1) % syncPeriod
      if (stepsSinceSync !== 0) return [next, { ...state, fast, stepsSinceSync }]
      // From where the slow parameters are to where the fast ones would be after this step.
      const ahead = treeMap((u, p, slow) => sub(add(p, u), slow), next, params, state.slow)
      return [
        treeMap((u, difference) => sub(u, mul(difference, 1 - slowStepSize)), next, ahead),
        {
          fast: resetState ? fastOptimizer.init(params) : fast,
          slow: treeMap((slow, difference) => add(slow, mul(difference, slowStepSize)), state.slow, ahead),
          stepsSinceSync,
        },
      ]
    },
  })
}
