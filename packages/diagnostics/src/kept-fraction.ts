import type { GradientTransformation } from '@gg/core'
import { cast, notEqual, scalar, type Tensor } from '@tensorflow/tfjs-core'
import { checkPace } from './check-option.ts'
import { type ObserverOptions, type ObserverState, observe } from './observer.ts'
import { number, type Reading, readLeaves } from './reading.ts'
import { growth, meanOf, moved } from './running-mean.ts'

/** The state of `keptFraction`. */
export type KeptFractionState = ObserverState<
  'keptFraction',
  {
    /** How many numbers the fraction stands for. */
    readonly seen: number
    readonly keptFraction: Tensor
  }
>

/** What `keptFraction` has seen of one tensor. */
export type KeptFractionReading = Reading<'keptFraction'> & {
  /** The fraction of numbers that are not 0, from 0 to 1. */
  readonly keptFraction: number
}

/**
 * Observes which fraction of the updates is not zero. The updates pass unchanged. Put it behind a mask, top-k or a
 * dropout of gradients; a second one before the mask tells how much there was to be kept.
 *
 *     keptFraction = #{g ≠ 0} / #g
 *
 * `trackKeptFraction` of `@gg/lateral-mask` wraps a transformation instead, and counts what was there to be kept, at the
 * last update. NaN is not 0, so it counts as kept.
 *
 * Shapes: any. State: a scalar and a number for each tensor. Needs `params`: no. Deterministic; no value is read back.
 * Memory: constant.
 *
 * @param options - What older updates count, and every how many to look.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range.
 *
 * @example
 * ```ts
 * import { keptFraction, readKeptFraction } from '@gg/diagnostics'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = keptFraction()
 * const [, state] = tx.update(tf.tensor1d([0, 2, 0, -1]), tx.init(tf.zeros([4])))
 * const [kept] = await readKeptFraction(state)
 * console.log(kept?.keptFraction) // → 0.5
 * ```
 */
export function keptFraction({
  decay = 1,
  every = 1,
}: ObserverOptions = {}): GradientTransformation<KeptFractionState> {
  checkPace('keptFraction', decay, every)
  return observe<'keptFraction', KeptFractionState['leaves'][string]>({
    observer: 'keptFraction',
    needsParams: false,
    every,
    init: () => ({ seen: 0, keptFraction: scalar(0) }),
    next: (previous, update) => {
      const { seen, part } = growth(previous.seen, decay, update.size)
      const kept = meanOf(cast(notEqual(update, 0), 'float32'))
      return { seen, keptFraction: moved(previous.keptFraction, kept, part) }
    },
  })
}

/**
 * Reads what `keptFraction` has seen, one reading for each tensor.
 *
 * Memory: borrows the state and asks for its values before it waits, so the state may be replaced meanwhile.
 *
 * @param state - The state of the observer itself; `summarize` finds it within others.
 *
 * @example See {@link keptFraction}.
 */
export async function readKeptFraction(state: KeptFractionState): Promise<readonly KeptFractionReading[]> {
  return readLeaves(state, async ({ keptFraction }) => ({ keptFraction: await number(keptFraction) }))
}
