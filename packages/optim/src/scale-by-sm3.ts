import {
  type GradientTransformation,
  GradientTransformationError,
  gradientTransformation,
  namedLeaves,
  type Tree,
  treeMap,
  treeMapWithPath,
} from '@gg/core'
import { add, max, mul, reshape, square, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { divideByRootOrZero } from './divide-by-root-or-zero.ts'
import { minimumKeepingNan } from './extremes-keeping-nan.ts'
import { updateMoment, zerosLikeTree } from './moments.ts'

/** Options of `scaleBySm3`. */
export interface ScaleBySm3Options {
  /** Decay of the momentum, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the squares, in (0, 1]; with 1 they are summed up. 1 unless given. */
  readonly b2?: number
  /** Added under the root, in units of the squared gradient; at least 0. 1e-8 unless given. */
  readonly eps?: number
}

/** The state of `scaleBySm3`. */
export type ScaleBySm3State = {
  /** For each leaf, under its path, one vector of accumulators for each axis. */
  readonly mu: { readonly [path: string]: readonly Tensor[] }
  /** The momentum. */
  readonly nu: Tree
}

/**
 * Adagrad in little memory: one accumulator for each row and one for each column instead of one for each element (Anil
 * et al. 2019, SM3-II).
 *
 * For a leaf with axes `r`, `s_t[i] = b2 · min_r mu_r,(t-1)[i_r] + (1 - b2) · g_t[i]²` (for `b2` 1 the new square counts
 * fully); `mu_r,t[j] = max of s_t[i] over all i with i_r = j`; `u_t = b1 · u_(t-1) + (1 - b1) · g_t / √(s_t + eps)`, 0
 * where `s_t` is 0. Vectors and scalars have one accumulator for each element (optax has no scalars).
 *
 * State: accumulators and the momentum, which is shaped like the parameters. Needs `params`: no.
 *
 * @param options - Decays and eps.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `STATE_MISMATCH`.
 *
 * @example
 * ```ts
 * import { scaleBySm3 } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleBySm3({ b1: 0, eps: 0 })
 * const [, state] = tx.update({ w: tf.tensor2d([[1, 2], [3, 4]]) }, tx.init({ w: tf.zeros([2, 2]) }))
 * console.log(state.mu.w.map((accumulators) => accumulators.arraySync())) // → [ [ 4, 16 ], [ 9, 16 ] ]
 * ```
 */
export function scaleBySm3(options: ScaleBySm3Options = {}): GradientTransformation<ScaleBySm3State> {
  const { b1 = 0.9, b2 = 1, eps = 1e-8 } = options
  checkHyperparameters('scaleBySm3', 'in [0, 1)', { b1 })
  checkHyperparameters('scaleBySm3', 'in (0, 1]', { b2 })
  checkHyperparameters('scaleBySm3', 'at least 0', { eps })
  const share = b2 === 1 ? 1 : 1 - b2
  return gradientTransformation<ScaleBySm3State>({
    init: (params) => ({ mu: byPath(params, newAccumulators), nu: zerosLikeTree(params) }),
    update: (updates, state) => {
      const sums = treeMapWithPath(
        (path, g) => add(mul(square(g), share), mul(least(accumulatorsAt(state, path), g.rank), b2)),
        updates,
      )
      const scaled = treeMap((g, s) => divideByRootOrZero(g, s, eps), updates, sums)
      const nu = updateMoment(scaled, state.nu, b1, 1)
      return [nu, { mu: byPath(sums, accumulators), nu }]
    },
  })
}

function byPath(tree: Tree, f: (leaf: Tensor) => readonly Tensor[]): { readonly [path: string]: readonly Tensor[] } {
  return Object.fromEntries(namedLeaves(tree).map(([path, leaf]) => [path, f(leaf)]))
}

function newAccumulators({ rank, shape }: Tensor): readonly Tensor[] {
  return rank < 2 ? [zeros(shape)] : shape.map((size) => zeros([size]))
}

/** The greatest sum in each slice, for each axis. */
function accumulators(sums: Tensor): readonly Tensor[] {
  if (sums.rank < 2) return [sums]
  const axes = sums.shape.map((_, axis) => axis)
  return axes.map((axis) =>
    max(
      sums,
      axes.filter((other) => other !== axis),
    ),
  )
}

/** For each element the least of its accumulators, one for each axis. */
function least(accumulators: readonly Tensor[], rank: number): Tensor {
  const spread = accumulators.map((a, axis) =>
    rank < 2
      ? a
      : reshape(
          a,
          Array.from({ length: rank }, (_, i) => (i === axis ? a.size : 1)),
        ),
  )
  return spread.reduce((a, b) => minimumKeepingNan(a, b))
}

function accumulatorsAt({ mu }: ScaleBySm3State, path: string): readonly Tensor[] {
  const found = mu[path]
  if (found !== undefined) return found
  throw new GradientTransformationError(
    'STATE_MISMATCH',
    `scaleBySm3: \`state\` must have accumulators for '${path}', got {${Object.keys(mu).join(', ')}}. ` +
      'Pass what init or the last update returned for these parameters.',
  )
}
