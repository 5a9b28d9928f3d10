import type { GradientTransformation } from '@gg/core'
import { add, div, matMul, mean, mul, reshape, sub, type Tensor, transpose, zeros } from '@tensorflow/tfjs-core'
import { checkPace } from './check-option.ts'
import { correlationOf } from './correlation-of.ts'
import { type ObserverOptions, type ObserverState, observe } from './observer.ts'
import { numbers, type Reading, readLeaves } from './reading.ts'
import { growth, moved } from './running-mean.ts'

/** The state of `coAdaptation`. */
export type CoAdaptationState = ObserverState<
  'coAdaptation',
  {
    /** How many observations the moments stand for: examples, times positions. */
    readonly seen: number
    /** `[nodes]`. */
    readonly mean: Tensor
    /** `[nodes, nodes]`, the covariance of the population. */
    readonly covariance: Tensor
  }
>

/** What `coAdaptation` has seen of one tensor. */
export type CoAdaptationReading = Reading<'coAdaptation'> & {
  /** The mean of |r| over all pairs of different nodes that both vary; 0 where there is no such pair. */
  readonly meanAbsCorrelation: number
  /** The largest |r| of such a pair, or 0. */
  readonly maxAbsCorrelation: number
  /** How many nodes vary at all. A node that does not has a correlation with none. */
  readonly varying: number
  /** The mean of each node. */
  readonly means: readonly number[]
  /** The standard deviation of each node, of the population. */
  readonly deviations: readonly number[]
  /** Pearson's r, a row for each node: 1 on the diagonal; 0 in the row and column of a node that does not vary. */
  readonly correlation: readonly (readonly number[])[]
  /** How many observations it stands for: examples, times positions. */
  readonly seen: number
}

/**
 * Observes co-adaptation: how much the nodes of a layer say the same, as the correlation between them. The updates pass
 * unchanged. The nodes are the last axis of the feature map, a dense layer's units or a convolution's channels; each
 * example, and each position of it, is one observation. Put it at `output` sites for net values, at `activation` sites
 * for what the next layer sees. On weights `[..., in, out]` it compares the incoming weights of the output units.
 *
 *     r_ij = C_ij / √(C_ii C_jj),   C = cov(y)
 *
 * Hahn and Choi (2018) compare it with and without dropout. Batches are merged after Chan, Golub and LeVeque (1979), with
 * n observations before, m new ones, and the difference d of their means:
 *
 *     mean ← mean + d·m/(n+m),   C ← (n·C + m·C_new)/(n+m) + d·dᵀ·n·m/(n+m)²
 *
 * Shapes: any; without an axis, one node. State: `[nodes]`, `[nodes, nodes]` and a number for each tensor, so 1 MiB for
 * 512 nodes. Needs `params`: yes, the feature map. Deterministic; no value is read back. A NaN stays in the statistics.
 * Memory: constant. Costs a product of matrices of the map's size times the nodes, and a centred copy of the map.
 *
 * @param options - What older updates count, and every how many to look.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { coAdaptation, readCoAdaptation } from '@gg/diagnostics'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = coAdaptation()
 * const y = tf.tensor2d([[1, -2, 5], [2, -4, 5], [3, -6, 5]])
 * const [, state] = tx.update(tf.zerosLike(y), tx.init(y), y)
 * const [seen] = await readCoAdaptation(state)
 * console.log(seen?.correlation) // → [ [ 1, -1, 0 ], [ -1, 1, 0 ], [ 0, 0, 0 ] ]
 * console.log(seen?.meanAbsCorrelation, seen?.varying) // → 1 2
 * ```
 */
export function coAdaptation({
  decay = 1,
  every = 1,
}: ObserverOptions = {}): GradientTransformation<CoAdaptationState> {
  checkPace('coAdaptation', decay, every)
  return observe<'coAdaptation', CoAdaptationState['leaves'][string]>({
    observer: 'coAdaptation',
    needsParams: true,
    every,
    init: (leaf) => {
      const nodes = nodesOf(leaf)
      return { seen: 0, mean: zeros([nodes]), covariance: zeros([nodes, nodes]) }
    },
    next: (previous, _, y) => {
      const nodes = nodesOf(y)
      const rows = reshape(y, [-1, nodes])
      const { seen, part } = growth(previous.seen, decay, y.size / nodes)
      const center = mean(rows, 0)
      const centered = sub(rows, center)
      const covariance = div(matMul(centered, centered, true), y.size / nodes)
      const apart = reshape(sub(center, previous.mean), [1, nodes])
      const between = mul(matMul(transpose(apart), apart), part * (1 - part))
      return {
        seen,
        mean: moved(previous.mean, center, part),
        covariance: add(moved(previous.covariance, covariance, part), between),
      }
    },
  })
}

/**
 * Reads what `coAdaptation` has seen, one reading for each tensor.
 *
 * Memory: borrows the state and asks for its values before it waits, so the state may be replaced meanwhile.
 *
 * @param state - The state of the observer itself; `summarize` finds it within others.
 *
 * @example See {@link coAdaptation}.
 */
export async function readCoAdaptation(state: CoAdaptationState): Promise<readonly CoAdaptationReading[]> {
  return readLeaves(state, async ({ seen, mean, covariance }) => {
    const [means, values] = await Promise.all([numbers(mean), numbers(covariance)])
    return { ...correlationOf(means, values), seen }
  })
}

function nodesOf({ shape }: Tensor): number {
  return shape.at(-1) ?? 1
}
