import { type GradientTransformation, gradientTransformation, requireParams, type Tree, treeMap } from '@gg/core'
import { add, div, maximum, mul, scalar, sqrt, square, sub, sum } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { globalNorm } from './global-norm.ts'

/** Options of `scaleByDistanceOverGradients`. */
export interface ScaleByDistanceOverGradientsOptions {
  /** The first step, against 1 plus the norm of the parameters; above 0. 1e-6 unless given, 1e-4 with batch norm. */
  readonly repsRel?: number
  /** Added under the root, at least 0. 1e-8 unless given. */
  readonly eps?: number
  /** Multiplies every step, any finite number. 1 unless given. */
  readonly globalScale?: number
}

/** The state of `scaleByDistanceOverGradients`. */
export type ScaleByDistanceOverGradientsState = {
  /** The greatest distance of each leaf from its start so far: scalars. */
  readonly maxDist: Tree
  /** The sum of squared gradients of each leaf so far: scalars. */
  readonly gradSumOfSquares: Tree
  /** The parameters at the start. */
  readonly initParams: Tree
}

/**
 * Steps of the distance gone so far over the root of all squared gradients: descent without a learning rate, layer by
 * layer (Ivgi et al. 2023, L-DoG).
 *
 * For each leaf `d_t = max(d_(t-1), ‖params - params_0‖)`, `d_0 = repsRel · (1 + ‖params_0‖)`; `s_t = s_(t-1) + ‖g_t‖²`;
 * `u_t = globalScale · d_t / √(s_t + eps) · g_t`. The authors average the parameters of such a run.
 *
 * State: the parameters at the start, and two scalars for each leaf. Needs `params`: yes.
 *
 * @param options - The first step, and scales.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { scaleByDistanceOverGradients } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByDistanceOverGradients({ repsRel: 0.25, eps: 0 })
 * const params = tf.tensor1d([3, 0])
 * const [updates] = tx.update(tf.tensor1d([0, 5]), tx.init(params), params)
 * console.log(updates.arraySync()) // → [ 0, 1 ]
 * ```
 */
export function scaleByDistanceOverGradients(
  options: ScaleByDistanceOverGradientsOptions = {},
): GradientTransformation<ScaleByDistanceOverGradientsState> {
  const { repsRel = 1e-6, eps = 1e-8, globalScale = 1 } = options
  checkHyperparameters('scaleByDistanceOverGradients', 'above 0', { repsRel })
  checkHyperparameters('scaleByDistanceOverGradients', 'at least 0', { eps })
  checkHyperparameters('scaleByDistanceOverGradients', 'a finite number', { globalScale })
  return gradientTransformation<ScaleByDistanceOverGradientsState>({
    init: (params) => ({
      maxDist: treeMap((p) => mul(add(globalNorm(p), 1), repsRel), params),
      gradSumOfSquares: treeMap(() => scalar(0), params),
      initParams: params,
    }),
    update: (updates, state, params) => {
      const distance = treeMap(
        (p, start) => globalNorm(sub(p, start)),
        requireParams('scaleByDistanceOverGradients', params),
        state.initParams,
      )
      const maxDist = treeMap((now, max) => maximum(now, max), distance, state.maxDist)
      const gradSumOfSquares = treeMap((g, s) => add(sum(square(g)), s), updates, state.gradSumOfSquares)
      const scaled = treeMap(
        (g, d, s) => mul(g, mul(div(d, sqrt(add(s, eps))), globalScale)),
        updates,
        maxDist,
        gradSumOfSquares,
      )
      return [scaled, { maxDist, gradSumOfSquares, initParams: state.initParams }]
    },
  })
}
