import type { GradientTransformation } from '@gg/core'
import { abs, depthwiseConv2d, mirrorPad, scalar, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core'
import { checkPace } from './check-option.ts'
import { type ObserverOptions, type ObserverState, observe } from './observer.ts'
import { number, type Reading, readLeaves } from './reading.ts'
import { growth, meanOf, moved } from './running-mean.ts'

/** The four neighbours less four times the centre: the second differences along both axes, added. */
const LAPLACIAN = [0, 1, 0, 1, -4, 1, 0, 1, 0]

/** The state of `sensitivity`. */
export type SensitivityState = ObserverState<
  'sensitivity',
  {
    /** How many numbers the means stand for; 0 for a tensor without positions. */
    readonly seen: number
    readonly sensitivity: Tensor
    readonly meanAbs: Tensor
  }
>

/** What `sensitivity` has seen of one tensor. */
export type SensitivityReading = Reading<'sensitivity'> & {
  /** The mean of the absolute Laplacian of the gradient. */
  readonly sensitivity: number
  /** The same over the mean of |g|, so that gradients of any scale can be compared: from 0 to 8; 0 where g is 0. */
  readonly relative: number
}

/**
 * Observes gradient-flow sensitivity: how much the gradient of a feature map curves from place to place. The updates
 * pass unchanged. One before and one behind a mask tell what the mask did.
 *
 *     S = mean |∂²g/∂x² + ∂²g/∂y²|                                         (Jiang et al. 2022)
 *
 * `flowSensitivity` of `@gg/lateral-mask` is the map itself, for one gradient; this is its mean over all that passes. It
 * is a heuristic: the source comes to it by treating `∂a/∂w` as constant over positions. It scales with the gradient, so
 * `relative` divides by the mean of |g|, which is ours, as is the five-point scheme with the rim repeated around the map.
 *
 * Shapes: `[batch, height, width, channels]`; a tensor of another rank has no positions, passes like any, and has no
 * reading. State: two scalars and a number for each tensor. Needs `params`: no. Deterministic; no value is read back. A
 * NaN stays in the statistics. Memory: constant, with two copies of the gradient on the way.
 *
 * @param options - What older updates count, and every how many to look.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range.
 *
 * @example
 * ```ts
 * import { readSensitivity, sensitivity } from '@gg/diagnostics'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = sensitivity()
 * const peak = tf.tensor4d([0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 4, 4, 1])
 * const [, state] = tx.update(peak, tx.init(peak))
 * const [seen] = await readSensitivity(state)
 * console.log(seen?.sensitivity, seen?.relative) // → 1 8
 * ```
 */
export function sensitivity({ decay = 1, every = 1 }: ObserverOptions = {}): GradientTransformation<SensitivityState> {
  checkPace('sensitivity', decay, every)
  return observe<'sensitivity', SensitivityState['leaves'][string]>({
    observer: 'sensitivity',
    needsParams: false,
    every,
    init: () => ({ seen: 0, sensitivity: scalar(0), meanAbs: scalar(0) }),
    next: (previous, update) => {
      if (update.rank !== 4) return previous
      const { seen, part } = growth(previous.seen, decay, update.size)
      return {
        seen,
        sensitivity: moved(previous.sensitivity, meanOf(abs(laplacian(update as Tensor4D))), part),
        meanAbs: moved(previous.meanAbs, meanOf(abs(update)), part),
      }
    },
  })
}

/**
 * Reads what `sensitivity` has seen, one reading for each tensor of rank 4.
 *
 * Memory: borrows the state and asks for its values before it waits, so the state may be replaced meanwhile.
 *
 * @param state - The state of the observer itself; `summarize` finds it within others.
 *
 * @example See {@link sensitivity}.
 */
export async function readSensitivity(state: SensitivityState): Promise<readonly SensitivityReading[]> {
  return readLeaves(state, async (leaf) => {
    const [sensitivity, meanAbs] = await Promise.all([number(leaf.sensitivity), number(leaf.meanAbs)])
    return { sensitivity, relative: meanAbs === 0 ? 0 : sensitivity / meanAbs }
  })
}

function laplacian(gradient: Tensor4D): Tensor4D {
  // 'symmetric' repeats the rim, also of a map of a single row.
  const around: [number, number][] = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]
  const padded: Tensor4D = mirrorPad(gradient, around, 'symmetric')
  const channels = gradient.shape[3]
  const filters = LAPLACIAN.flatMap((weight) => Array<number>(channels).fill(weight))
  return depthwiseConv2d(padded, tensor4d(filters, [3, 3, channels, 1]), 1, 'valid')
}
