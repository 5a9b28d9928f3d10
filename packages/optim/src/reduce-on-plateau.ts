import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { add, div, equal, greater, less, maximum, mul, type Scalar, scalar, sub, where } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { requireValue } from './require-value.ts'

/** Options of `reduceOnPlateau`. */
export interface ReduceOnPlateauOptions {
  /** What the scale is multiplied by, in (0, 1). 0.1 unless given. */
  readonly factor?: number
  /** How many values without improvement it waits, a whole number of at least 1. 10 unless given. */
  readonly patience?: number
  /** What counts as an improvement, as a part of the best value, in [0, 1]. 1e-4 unless given. */
  readonly rtol?: number
  /** The same in units of the value, at least 0. 0 unless given; one of the two must be above 0. */
  readonly atol?: number
  /** For how many values after a reduction it looks away, a whole number of at least 0. 0 unless given. */
  readonly cooldown?: number
  /** How many values are averaged into one, a whole number of at least 1: for the loss of mini-batches. 1 unless given. */
  readonly accumulationSize?: number
  /** Where the scale stops falling, at least 0. 0 unless given. */
  readonly minScale?: number
}

/** The state of `reduceOnPlateau`; all scalars but `count` are on the backend, because they depend on the loss. */
export type ReduceOnPlateauState = {
  /** What updates are multiplied by. */
  readonly scale: Scalar
  readonly bestValue: Scalar
  /** Values without improvement so far. */
  readonly plateauCount: Scalar
  /** Values for which it still looks away. */
  readonly cooldownCount: Scalar
  /** Values in the average so far, below `accumulationSize`. */
  readonly count: number
  readonly avgValue: Scalar
}

/**
 * Scales updates down each time a value, usually the loss, has stopped improving for a while.
 *
 * With `v` the mean of `accumulationSize` values: it improves if `v < (1 - rtol) · best - atol`; at the `patience`-th
 * without, `scale ← max(factor · scale, minScale)`. `u = scale · g`. Put it at the end of a chain.
 *
 * Deviates from tfjs-layers' callbacks and PyTorch's `ReduceLROnPlateau` in that it counts updates, not epochs: pass the
 * value of the epoch at every update of it and give `accumulationSize` their number.
 *
 * State: six scalars. Needs `params`: no, but the extra argument `value`, a number or a scalar; a tensor is not read.
 *
 * @param options - Factor, patience, what counts as improvement.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update` too, without `value`.
 *
 * @example
 * ```ts
 * import { reduceOnPlateau } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = reduceOnPlateau({ factor: 0.5, patience: 2 })
 * let state = tx.init(tf.scalar(0))
 * const seen = [3, 2, 2, 2].map((value) => {
 *   const [updates, next] = tx.update(tf.scalar(1), state, undefined, { value })
 *   state = next
 *   return updates.arraySync()
 * })
 * console.log(seen) // → [ 1, 1, 1, 0.5 ]
 * ```
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): GradientTransformation<ReduceOnPlateauState> {
  const {
    factor = 0.1,
    patience = 10,
    rtol = 1e-4,
    atol = 0,
    cooldown = 0,
    accumulationSize = 1,
    minScale = 0,
  } = options
  const name = 'reduceOnPlateau'
  checkArgument(factor > 0 && factor < 1, name, 'factor', 'in (0, 1)', factor)
  checkHyperparameters(name, 'a whole number of at least 1', { patience, accumulationSize })
  checkHyperparameters(name, 'in [0, 1]', { rtol })
  checkHyperparameters(name, 'at least 0', { atol, cooldown, minScale })
  checkHyperparameters(name, 'a whole number', { cooldown })
  checkArgument(rtol > 0 || atol > 0, name, 'rtol', 'above 0 where `atol` is 0', rtol)

  const reduced = (state: ReduceOnPlateauState): ReduceOnPlateauState => {
    const { avgValue, bestValue, scale } = state
    const improved = less<Scalar>(avgValue, sub(mul(bestValue, 1 - rtol), atol))
    const waited = where<Scalar>(improved, scalar(0), add(state.plateauCount, 1))
    const cooling = greater<Scalar>(state.cooldownCount, 0)
    const enough = equal<Scalar>(waited, patience)
    const lower = maximum<Scalar>(where<Scalar>(enough, mul(scale, factor), scale), minScale)
    return {
      scale: where(cooling, scale, lower),
      bestValue: where(improved, avgValue, bestValue),
      plateauCount: where<Scalar>(cooling, scalar(0), where(enough, scalar(0), waited)),
      cooldownCount: where<Scalar>(cooling, sub(state.cooldownCount, 1), where(enough, scalar(cooldown), scalar(0))),
      count: 0,
      avgValue: scalar(0),
    }
  }
  return gradientTransformation<ReduceOnPlateauState>({
    init: () => ({
      scale: scalar(1),
      bestValue: scalar(Number.POSITIVE_INFINITY),
      plateauCount: scalar(0),
      cooldownCount: scalar(0),
      count: 0,
      avgValue: scalar(0),
    }),
    update: (updates, state, _, extra) => {
      const count = state.count + 1
      const avgValue = div<Scalar>(add(mul(state.avgValue, state.count), requireValue('reduceOnPlateau', extra)), count)
      const seen = { ...state, count, avgValue }
      const next = count === accumulationSize ? reduced(seen) : seen
      return [treeMap((g) => mul(g, next.scale), updates), next]
    },
  })
}
