import { type GradientTransformation, gradientTransformation, type Schedule } from '@gg/core'
import { scaledTree } from './scaled-tree.ts'

/** The state of `scaleBySchedule` and of all that asks a schedule. */
export type ScaleByScheduleState = {
  /** Updates so far. */
  readonly count: number
}

/**
 * Multiplies updates by a factor that changes: `u_t = schedule(t) · g_t`, where `t` is 0 at the first update.
 *
 * It keeps the sign; `scaleByLearningRate` takes a schedule too and flips it. At a feature site `t` counts backward
 * passes.
 *
 * State: the count. Needs `params`: no.
 *
 * @param schedule - The factor for each update. What it returns is used as it is, NaN included.
 *
 * @example
 * ```ts
 * import { scaleBySchedule } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleBySchedule((count) => 1 / (1 + count))
 * const [, state] = tx.update(tf.scalar(6), tx.init(tf.scalar(0)))
 * const [updates] = tx.update(tf.scalar(6), state)
 * console.log(updates.arraySync(), state.count) // → 3 1
 * ```
 */
export function scaleBySchedule(schedule: Schedule): GradientTransformation<ScaleByScheduleState> {
  return gradientTransformation<ScaleByScheduleState>({
    init: () => ({ count: 0 }),
    update: (updates, { count }) => [scaledTree(updates, schedule(count)), { count: count + 1 }],
  })
}
