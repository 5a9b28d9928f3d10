import type { GradientTransformation } from '@gg/core'
import { abs, div, scalar, sqrt, square, type Tensor } from '@tensorflow/tfjs-core'
import { checkPace } from './check-option.ts'
import { type ObserverOptions, type ObserverState, observe } from './observer.ts'
import { number, type Reading, readLeaves } from './reading.ts'
import { growth, meanOf, moved, total } from './running-mean.ts'

/** The state of `gradientFlow`. */
export type GradientFlowState = ObserverState<
  'gradientFlow',
  {
    /** How many numbers the means stand for. */
    readonly seen: number
    /** How many updates the mean of the norm stands for. */
    readonly updates: number
    readonly meanAbs: Tensor
    readonly meanSquare: Tensor
    readonly meanNorm: Tensor
  }
>

/** What `gradientFlow` has seen of one tensor. */
export type GradientFlowReading = Reading<'gradientFlow'> & {
  /** The mean of |g| over all numbers of all updates. */
  readonly meanAbs: number
  /** The root of the mean of g² over all numbers of all updates. */
  readonly rms: number
  /** The mean over updates of ‖g‖₂, the norm of the whole tensor, batch included. */
  readonly norm: number
}

/**
 * Observes how much gradient flows: mean |gradient|, root mean square and norm. The updates pass unchanged. Put it at
 * several sites to see gradients vanish or explode with depth, or before and after another transformation in a chain.
 *
 *     meanAbs = mean |g|,   rms = √(mean g²),   norm = mean over updates of ‖g‖₂
 *
 * The first is the measure per layer of Hahn and Choi's analysis of dropout (2018); they do not say whether theirs is of
 * the loss's sum or mean over a batch, which scales it by the batch. Batches of different sizes count by their size.
 *
 * Shapes: any. State: three scalars and two numbers for each tensor. Needs `params`: no. Deterministic; no value is
 * read back. A NaN stays in the statistics. Memory: constant; the updates are copies without data of their own.
 *
 * @param options - What older updates count, and every how many to look.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range.
 *
 * @example
 * ```ts
 * import { gradientFlow, readGradientFlow } from '@gg/diagnostics'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = gradientFlow()
 * const [, first] = tx.update(tf.tensor1d([3, -4]), tx.init(tf.zeros([2])))
 * const [, state] = tx.update(tf.tensor1d([0, 1]), first)
 * const [flow] = await readGradientFlow(state)
 * console.log(flow?.meanAbs, flow?.norm) // → 2 3
 * ```
 */
export function gradientFlow({
  decay = 1,
  every = 1,
}: ObserverOptions = {}): GradientTransformation<GradientFlowState> {
  checkPace('gradientFlow', decay, every)
  return observe<'gradientFlow', GradientFlowState['leaves'][string]>({
    observer: 'gradientFlow',
    needsParams: false,
    every,
    init: () => ({ seen: 0, updates: 0, meanAbs: scalar(0), meanSquare: scalar(0), meanNorm: scalar(0) }),
    next: (previous, update) => {
      const { seen, part } = growth(previous.seen, decay, update.size)
      const { seen: updates, part: updatePart } = growth(previous.updates, decay, 1)
      const squares = total(square(update))
      return {
        seen,
        updates,
        meanAbs: moved(previous.meanAbs, meanOf(abs(update)), part),
        meanSquare: moved(previous.meanSquare, div(squares, update.size), part),
        meanNorm: moved(previous.meanNorm, sqrt(squares), updatePart),
      }
    },
  })
}

/**
 * Reads what `gradientFlow` has seen, one reading for each tensor.
 *
 * Memory: borrows the state and asks for its values before it waits, so the state may be replaced meanwhile.
 *
 * @param state - The state of the observer itself; `summarize` finds it within others.
 *
 * @example See {@link gradientFlow}.
 */
export async function readGradientFlow(state: GradientFlowState): Promise<readonly GradientFlowReading[]> {
  return readLeaves(state, async ({ meanAbs, meanSquare, meanNorm }) => {
    const [abs, square, norm] = await Promise.all([number(meanAbs), number(meanSquare), number(meanNorm)])
    return { meanAbs: abs, rms: Math.sqrt(square), norm }
  })
}
