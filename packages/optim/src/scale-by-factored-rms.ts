import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { add, div, expandDims, mean, mul, rsqrt, square, type Tensor, zeros, zerosLike } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'

/** Options of `scaleByFactoredRms`. */
export interface ScaleByFactoredRmsOptions {
  /** Keep row and column means for large matrices instead of one for each element. `true` unless given. */
  readonly factored?: boolean
  /** How fast the decay of the means nears 1, at least 0. 0.8 unless given. */
  readonly decayRate?: number
  /** The update at which the decay starts, for fine-tuning; a whole number. 0 unless given. */
  readonly stepOffset?: number
  /** Both axes must have at least this size to be factored. 128 unless given. */
  readonly minDimSizeToFactor?: number
  /** Added to the squared gradient, at least 0. 1e-30 unless given. */
  readonly epsilon?: number
  /** The decay at an update, from `count - stepOffset` and `decayRate`. `1 - (step + 1)^(-decayRate)` unless given. */
  readonly decayRateFn?: (step: number, decayRate: number) => number
}

/** The state of `scaleByFactoredRms`. What a leaf does not need is a `[1]` there, as in optax. */
export type ScaleByFactoredRmsState = {
  /** Updates so far. */
  readonly count: number
  /** Means over the longest axis. */
  readonly vRow: Tree
  /** Means over the second longest axis. */
  readonly vCol: Tree
  /** Means of leaves that are not factored. */
  readonly v: Tree
}

/**
 * Divides gradients by the root of the running mean of their squares, kept for rows and columns only: the memory of
 * `adafactor` (Shazeer & Stern 2018, algorithm 4).
 *
 * With `s = g_t² + epsilon` and `d_t` the decay: `R_t = d_t · R_(t-1) + (1 - d_t) · mean of s over the longest axis`, `C_t`
 * likewise over the second longest; `u_t = g_t · (R_t / mean(R_t))^(-1/2) · C_t^(-1/2)`. Vectors, and matrices with a
 * shorter axis than `minDimSizeToFactor`, keep the full `v_t` and get `u_t = g_t · v_t^(-1/2)`.
 *
 * State: count, row and column means, or one mean for each element. Needs `params`: no (optax asks for them, to read
 * their shapes).
 *
 * @param options - When to factor, and the decay.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByFactoredRms } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByFactoredRms({ minDimSizeToFactor: 2 })
 * const [, state] = tx.update(tf.ones([2, 3]), tx.init(tf.zeros([2, 3])))
 * console.log(state.vRow.shape, state.vCol.shape, state.v.shape) // → [ 2 ] [ 3 ] [ 1 ]
 * ```
 */
export function scaleByFactoredRms(
  options: ScaleByFactoredRmsOptions = {},
): GradientTransformation<ScaleByFactoredRmsState> {
  const { factored = true, decayRate = 0.8, stepOffset = 0, minDimSizeToFactor = 128, epsilon = 1e-30 } = options
  const { decayRateFn = (step, rate) => 1 - (step + 1) ** -rate } = options
  checkHyperparameters('scaleByFactoredRms', 'at least 0', { decayRate, epsilon })
  checkHyperparameters('scaleByFactoredRms', 'a whole number', { stepOffset })
  checkHyperparameters('scaleByFactoredRms', 'a whole number of at least 1', { minDimSizeToFactor })
  const axesOf = (x: Tensor) => (factored ? longestAxes(x.shape, minDimSizeToFactor) : undefined)
  return gradientTransformation<ScaleByFactoredRmsState>({
    init: (params) => ({
      count: 0,
      vRow: treeMap((p) => zeros(without(p.shape, axesOf(p)?.longest)), params),
      vCol: treeMap((p) => zeros(without(p.shape, axesOf(p)?.second)), params),
      v: treeMap((p) => (axesOf(p) === undefined ? zerosLike(p) : zeros([1])), params),
    }),
    update: (updates, state) => {
      const decay = decayRateFn(state.count - stepOffset, decayRate)
      const average = (old: Tensor, now: Tensor) => add(mul(old, decay), mul(now, 1 - decay))
      const squares = treeMap((g) => add(square(g), epsilon), updates)
      const over = (axis: 'longest' | 'second') => (old: Tensor, s: Tensor) => {
        const axes = axesOf(s)
        return axes === undefined ? old : average(old, mean(s, axes[axis]))
      }
      const vRow = treeMap(over('longest'), state.vRow, squares)
      const vCol = treeMap(over('second'), state.vCol, squares)
      const v = treeMap((old, s) => (axesOf(s) === undefined ? average(old, s) : old), state.v, squares)
      const scaled = treeMap(
        (g, row, col, full) => {
          const axes = axesOf(g)
          if (axes === undefined) return mul(g, rsqrt(full))
          const { longest, second } = axes
          // In the row means the longest axis is gone, so an axis behind it has moved up by one.
          const rowMean = mean(row, second > longest ? second - 1 : second, true)
          return mul(mul(g, expandDims(rsqrt(div(row, rowMean)), longest)), expandDims(rsqrt(col), second))
        },
        updates,
        vRow,
        vCol,
        v,
      )
      return [scaled, { count: state.count + 1, vRow, vCol, v }]
    },
  })
}

/** The two longest axes, if both are long enough; of equal ones the later counts as longer, as in optax. */
function longestAxes(shape: readonly number[], minSize: number): { longest: number; second: number } | undefined {
  const sorted = shape.map((size, axis) => ({ size, axis })).sort((a, b) => a.size - b.size || a.axis - b.axis)
  const [second, longest] = sorted.slice(-2)
  if (second === undefined || longest === undefined || second.size < minSize) return undefined
  return { longest: longest.axis, second: second.axis }
}

function without(shape: readonly number[], axis: number | undefined): number[] {
  return axis === undefined ? [1] : shape.filter((_, i) => i !== axis)
}
