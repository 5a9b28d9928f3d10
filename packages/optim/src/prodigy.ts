import {
  type GradientTransformation,
  gradientTransformation,
  requireParams,
  type Schedule,
  type Tree,
  treeLeaves,
  treeMap,
  treeZip,
} from '@gg/core'
import { abs, add, addN, div, divNoNan, maximum, mul, type Scalar, scalar, sqrt, sub, sum } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `prodigy`. */
export interface ProdigyOptions {
  /** Decays of the first and second moment, in [0, 1). `[0.9, 0.999]` unless given. */
  readonly betas?: readonly [number, number]
  /** Decay of the sums behind the estimate, in [0, 1). The root of the second of `betas` unless given. */
  readonly beta3?: number
  /** Added to the root, times the estimate; at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** The first estimate of the distance to the solution, too small on purpose; above 0. 1e-6 unless given. */
  readonly estimLr0?: number
  /** What estimates are multiplied by, above 0. 1 unless given. */
  readonly estimLrCoef?: number
  /** The part of the parameters that is subtracted, as in `adamw`; at least 0. 0 unless given. */
  readonly weightDecay?: number
  /** Keep the learning rate out of the denominator of the estimate, for a long warm-up. `false` unless given. */
  readonly safeguardWarmup?: boolean
}

/** The state of `prodigy`; what depends on the gradients is on the backend. */
export type ProdigyState = {
  readonly expAvg: Tree
  readonly expAvgSq: Tree
  /** The weighted sum of gradients. */
  readonly gradSum: Tree
  /** The parameters at the start. */
  readonly params0: Tree
  /** `d`, the estimate of the distance to the solution. */
  readonly estimLr: Scalar
  readonly numeratorWeighted: Scalar
  /** Updates so far. */
  readonly count: number
}

/**
 * AdamW that finds its learning rate from the distance it has come: Prodigy (Mishchenko & Defazio 2024, algorithm 4).
 *
 * With `d` the estimate and `γ = d · learningRate(t) · √(1 - b2^t) / (1 - b1^t)`:
 * `m = b1 m + (1 - b1) d g`, `v = b2 v + (1 - b2) d² g²`,
 * `r = b3 r + (d / d0) γ ⟨g, x0 - x⟩`, `s = b3 s + (γ / d0) d g`, `d ← max(d, coef · r / ‖s‖₁)`,
 * `u = -γ (m / (√v + d eps) + weightDecay · x)`.
 *
 * Leave `learningRate` at 1, or give a schedule that falls from 1. The estimate is about all parameters together, so
 * one `prodigy` for all of them, not one for each part.
 *
 * Deviates from optax where all gradients so far were zero: the estimate stays, where optax makes it NaN.
 *
 * State: four tensors for each parameter, two scalars on the backend, the count. Needs `params`: yes.
 *
 * @param learningRate - Multiplies the learning rate it finds; at least 0, or a schedule of it. 1 unless given.
 * @param options - Decays, the first estimate, weight decay.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { prodigy } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(prodigy(), { x: tf.tensor1d([3, -2]) })
 * for (let i = 0; i < 200; i++) optimizer.minimize(({ x }) => tf.sum(tf.square(x))).dispose()
 * console.log(optimizer.params.x.arraySync().every((x) => Math.abs(x) < 0.1)) // → true
 * ```
 */
export function prodigy(
  learningRate: number | Schedule = 1,
  options: ProdigyOptions = {},
): GradientTransformation<ProdigyState> {
  const { betas = [0.9, 0.999] as const, eps = 1e-8, estimLr0 = 1e-6, estimLrCoef = 1, weightDecay = 0 } = options
  const [b1, b2] = betas
  const { beta3 = Math.sqrt(b2), safeguardWarmup = false } = options
  checkHyperparameters('prodigy', 'in [0, 1)', { 'betas[0]': b1, 'betas[1]': b2, beta3 })
  checkHyperparameters('prodigy', 'at least 0', { learningRate, eps, weightDecay })
  checkHyperparameters('prodigy', 'above 0', { estimLr0, estimLrCoef })
  return gradientTransformation<ProdigyState>({
    init: (params) => ({
      expAvg: zerosLikeTree(params),
      expAvgSq: zerosLikeTree(params),
      gradSum: zerosLikeTree(params),
      params0: params,
      estimLr: scalar(estimLr0),
      numeratorWeighted: scalar(0),
      count: 0,
    }),
    update: (updates, state, given) => {
      const params = requireParams('prodigy', given)
      const { params0, estimLr: d } = state
      const count = state.count + 1
      const rate = typeof learningRate === 'number' ? learningRate : learningRate(state.count)
      const dlr = mul<Scalar>(d, (rate * Math.sqrt(1 - b2 ** count)) / (1 - b1 ** count))
      const dg = treeMap((g) => mul(g, d), updates)
      const expAvg = updateMoment(dg, state.expAvg, b1, 1)
      const expAvgSq = updateMoment(dg, state.expAvgSq, b2, 2)
      const weight = div(safeguardWarmup ? d : dlr, estimLr0)
      const gradSum = treeMap((s, x) => add(mul(s, beta3), mul(x, weight)), state.gradSum, dg)
      const numeratorWeighted = add<Scalar>(
        mul(state.numeratorWeighted, beta3),
        mul(mul(div(d, estimLr0), dlr), distanceAlong(updates, params0, params)),
      )
      const estimate = divNoNan(mul(numeratorWeighted, estimLrCoef), absoluteSum(gradSum))
      const estimLr = maximum<Scalar>(estimate, d)
      const next = treeMap(
        (_, m, v, p) => {
          const step = div(m, add(sqrt(v), mul(estimLr, eps)))
          return mul(weightDecay === 0 ? step : add(step, mul(p, weightDecay)), mul(dlr, -1))
        },
        updates,
        expAvg,
        expAvgSq,
        params,
      )
      return [next, { expAvg, expAvgSq, gradSum, params0, estimLr, numeratorWeighted, count }]
    },
  })
}

/** `⟨g, x0 - x⟩` over all leaves. */
function distanceAlong(updates: Tree, params0: Tree, params: Tree): Scalar {
  return total(treeZip(updates, params0, params).map(([, g, x0, x]) => sum<Scalar>(mul(g, sub(x0, x)))))
}

function absoluteSum(tree: Tree): Scalar {
  return total(treeLeaves(tree).map((leaf) => sum<Scalar>(abs(leaf))))
}

function total(sums: readonly Scalar[]): Scalar {
  return sums.length === 0 ? scalar(0) : (addN([...sums]) as Scalar)
}
