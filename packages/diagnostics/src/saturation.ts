import type { GradientTransformation } from '@gg/core'
import { abs, cast, greaterEqual, lessEqual, logicalOr, scalar, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { binEdges, binFractions } from './bin-fractions.ts'
import { checkBins, checkOption, checkPace, checkRange } from './check-option.ts'
import { type ObserverOptions, type ObserverState, observe } from './observer.ts'
import { number, numbers, type Reading, readLeaves } from './reading.ts'
import { growth, meanOf, moved } from './running-mean.ts'

/** Options of `saturation`. */
export interface SaturationOptions extends ObserverOptions {
  /**
   * A net value at or outside of these is saturated; `[-2, 2]` by default, where the derivative of tanh is 0.071. For a
   * sigmoid, whose curve is tanh's at twice the scale, `[-4, 4]`; for ReLU, the dead half, `[0, Infinity]`.
   */
  readonly limits?: readonly [below: number, above: number]
  /** The number of bins of the histogram between the ends of `range`; 32 by default. */
  readonly bins?: number
  /** The ends of the histogram; `[-4, 4]` by default. What lies outside is counted in two bins more. */
  readonly range?: readonly [low: number, high: number]
}

/** The state of `saturation`. */
export type SaturationState = ObserverState<
  'saturation',
  {
    /** How many numbers the fractions stand for. */
    readonly seen: number
    readonly limits: readonly [below: number, above: number]
    readonly range: readonly [low: number, high: number]
    readonly saturated: Tensor
    /** `[bins + 3]`: below the range, the bins, above it, and NaN. */
    readonly fractions: Tensor
  }
>

/** What `saturation` has seen of one tensor. */
export type SaturationReading = Reading<'saturation'> & {
  /** The fraction of net values at or outside of `limits`, from 0 to 1. */
  readonly saturated: number
  /** The limits of the observer. */
  readonly limits: readonly [below: number, above: number]
  /** The edges of the bins, one more than there are bins. */
  readonly edges: readonly number[]
  /** The fraction of net values in each bin; a bin has its lower edge, not its upper one. */
  readonly fractions: readonly number[]
  /** The fraction of net values below the first edge. */
  readonly below: number
  /** The fraction of net values at the last edge or above. */
  readonly above: number
  /** The fraction that is not a number. */
  readonly nan: number
  /** How many numbers the fractions stand for: times that, they are counts. */
  readonly seen: number
}

/**
 * Observes the distribution of net values, the outputs of a layer before its activation, and which fraction of them
 * lies where the activation is flat. The updates pass unchanged. Put it at the `output` sites of a model: the feature
 * map there is the net value. On weights it is a running histogram of those; for one look, `weightHistogram`.
 *
 *     saturated = #{y ≤ below or y ≥ above} / #y,   fraction of bin k = #{edge k ≤ y < edge k+1} / #y
 *
 * Hahn and Choi (2018) explain dropout by it: it pushes net values into saturation while more gradient flows. They show
 * histograms and name no limits; ours are where tanh' has dropped to 7 %.
 *
 * Shapes: any. State: a scalar, a vector `[bins + 3]` and five numbers for each tensor. Needs `params`: yes, the feature
 * map. Deterministic; no value is read back. NaN has a fraction of its own. A value within float32's rounding of an
 * edge may be on either side. Memory: constant, with a few copies of the map on the way.
 *
 * @param options - Limits, histogram, what older updates count, and every how many to look.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range; from `update`: `MISSING_PARAMS`.
 *
 * @example
 * ```ts
 * import { readSaturation, saturation } from '@gg/diagnostics'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = saturation({ bins: 4, range: [-2, 2] })
 * const y = tf.tensor1d([-3, -2, -0.5, 0, 0.5, 1, 1.5, 2])
 * const [, state] = tx.update(tf.zerosLike(y), tx.init(y), y)
 * const [seen] = await readSaturation(state)
 * console.log(seen?.saturated, seen?.fractions, seen?.above) // → 0.375 [ 0.125, 0.125, 0.25, 0.25 ] 0.125
 * ```
 */
export function saturation({
  limits = [-2, 2],
  bins = 32,
  range = [-4, 4],
  decay = 1,
  every = 1,
}: SaturationOptions = {}): GradientTransformation<SaturationState> {
  checkPace('saturation', decay, every)
  checkBins('saturation', bins)
  checkRange('saturation', range)
  checkOption('saturation', 'limits', limits, limits[0] < limits[1], 'two numbers, the smaller first')
  return observe<'saturation', SaturationState['leaves'][string]>({
    observer: 'saturation',
    needsParams: true,
    every,
    init: () => ({ seen: 0, limits, range, saturated: scalar(0), fractions: zeros([bins + 3]) }),
    // Limits and range are the state's: one that was saved under others goes on with those.
    next: ({ seen: before, limits, range, saturated, fractions }, _, y) => {
      const { seen, part } = growth(before, decay, y.size)
      return {
        seen,
        limits,
        range,
        saturated: moved(saturated, meanOf(cast(isOutside(y, limits), 'float32')), part),
        fractions: moved(fractions, binFractions(y, fractions.size - 3, range), part),
      }
    },
  })
}

/**
 * Reads what `saturation` has seen, one reading for each tensor.
 *
 * Memory: borrows the state and asks for its values before it waits, so the state may be replaced meanwhile.
 *
 * @param state - The state of the observer itself; `summarize` finds it within others.
 *
 * @example See {@link saturation}.
 */
export async function readSaturation(state: SaturationState): Promise<readonly SaturationReading[]> {
  return readLeaves(state, async (leaf) => {
    const { limits, range, seen } = leaf
    const [saturated, all] = await Promise.all([number(leaf.saturated), numbers(leaf.fractions)])
    const [below = 0, above = 0, nan = 0] = [all[0], all.at(-2), all.at(-1)]
    const fractions = all.slice(1, -2)
    return { saturated, limits, edges: binEdges(fractions.length, range), fractions, below, above, nan, seen }
  })
}

/** Whether numbers are at or outside of the limits. A comparison costs WASM ten times as long as an absolute value. */
function isOutside(y: Tensor, [below, above]: readonly [below: number, above: number]): Tensor {
  if (below === -above) return greaterEqual(abs(y), above)
  if (above === Number.POSITIVE_INFINITY) return lessEqual(y, below)
  return logicalOr(lessEqual(y, below), greaterEqual(y, above))
}
