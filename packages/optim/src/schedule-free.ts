import {
  type GradientTransformation,
  gradientTransformation,
  requireParams,
  type Schedule,
  type State,
  type Tree,
  treeMap,
} from '@gg/core'
import { add, div, mul, sub, type Tensor } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'

/** Options of `scheduleFree`. */
export interface ScheduleFreeOptions {
  /** `β`, how far gradients are taken from `z` towards the average `x`, in (0, 1]. 0.9 unless given. */
  readonly b1?: number
  /** The power of the learning rate by which steps weigh in the average, at least 0. 2 unless given. */
  readonly weightLrPower?: number
}

/** The state of `scheduleFree`. */
export type ScheduleFreeState<S extends State> = {
  /** `β`, for `scheduleFreeEvalParams`. */
  readonly b1: number
  /** The sum of the weights so far. */
  readonly weightSum: number
  /** Updates so far, plus 1. */
  readonly stepCount: number
  /** The highest learning rate so far. */
  readonly maxLr: number
  /** The state of the base optimizer. */
  readonly inner: S
  /** Where the base optimizer is. */
  readonly z: Tree
}

/**
 * Replaces the momentum of an optimizer by an average of where it has been, so that the learning rate needs no decay
 * (Defazio et al. 2024, "The Road Less Scheduled", eqs. 3-5).
 *
 * `z_(t+1) = z_t + base(g(y_t))`; `x_(t+1) = (1 - c) x_t + c z_(t+1)` with `c = w_t / Σ w`, `w_t = maxLr^weightLrPower`;
 * `y_(t+1) = (1 - β) z_(t+1) + β x_(t+1)`. The parameters are `y`, where gradients are taken. Evaluate at `x`:
 * `scheduleFreeEvalParams(state, params)`.
 *
 * Give it a base optimizer without momentum (`adam` with `b1: 0`), and the same learning rate, possibly with a warm-up.
 * `scheduleFreeSgd` and `scheduleFreeAdamw` are built already. As in optax the learning rate's count is one ahead of
 * the base optimizer's.
 *
 * State: that of the base optimizer, `z`, and four numbers. Needs `params`: yes.
 *
 * @param baseOptimizer - Its updates move `z`.
 * @param learningRate - That of the base optimizer, a number of at least 0 or a schedule.
 * @param options - `b1` and the weights.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { scheduleFree, scheduleFreeEvalParams, sgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(scheduleFree(sgd(0.5), 0.5), { x: tf.scalar(4) })
 * for (let i = 0; i < 20; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(Math.abs(scheduleFreeEvalParams(optimizer.state, optimizer.params).x.arraySync()) < 0.1) // → true
 * ```
 */
export function scheduleFree<S extends State>(
  baseOptimizer: GradientTransformation<S>,
  learningRate: number | Schedule,
  { b1 = 0.9, weightLrPower = 2 }: ScheduleFreeOptions = {},
): GradientTransformation<ScheduleFreeState<S>> {
  checkHyperparameters('scheduleFree', 'in (0, 1]', { b1 })
  checkHyperparameters('scheduleFree', 'at least 0', { learningRate, weightLrPower })
  return gradientTransformation<ScheduleFreeState<S>>({
    init: (params) => ({ b1, weightSum: 0, stepCount: 1, maxLr: 0, inner: baseOptimizer.init(params), z: params }),
    update: (updates, state, given, extra) => {
      const params = requireParams('scheduleFree', given)
      const rate = typeof learningRate === 'number' ? learningRate : learningRate(state.stepCount)
      checkArgument(rate >= 0, 'scheduleFree', 'learningRate', 'at least 0', rate)
      const maxLr = Math.max(state.maxLr, rate)
      const weight = maxLr ** weightLrPower
      const weightSum = state.weightSum + weight
      // Learning rates of 0 at the start of a warm-up weigh nothing.
      const c = weightSum === 0 ? 0 : weight / weightSum
      const [steps, inner] = baseOptimizer.update(updates, state.inner, params, extra)
      const z = treeMap((at, step) => add(at, step), state.z, steps)
      const next = treeMap(
        (_, y, before, after) => {
          const x = add(mul(averageOf(y, before, b1), 1 - c), mul(after, c))
          return sub(add(mul(x, b1), mul(after, 1 - b1)), y)
        },
        updates,
        params,
        state.z,
        z,
      )
      return [next, { b1, weightSum, stepCount: state.stepCount + 1, maxLr, inner, z }]
    },
  })
}

/** `x = (y - (1 - β) z) / β`: the average is not kept but made from the two that are. */
export function averageOf(y: Tensor, z: Tensor, b1: number): Tensor {
  return div(sub(y, mul(z, 1 - b1)), b1)
}
