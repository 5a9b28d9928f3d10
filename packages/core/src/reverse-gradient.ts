import { mul } from '@tensorflow/tfjs-core'
import { type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import type { Schedule } from './schedule.ts'
import { treeMap } from './tree-map.ts'

/** The state of `reverseGradient`. */
export type ReverseGradientState = {
  /** Updates so far; at a feature site, backward passes. */
  readonly count: number
}

/**
 * Gradient reversal: the features behind a site learn to fool what comes after it, such as a classifier of domains.
 *
 *     u_t = -λ_t · g_t                                                          (Ganin and Lempitsky 2015)
 *
 * The one transformation that turns a sign on purpose: at a site, not among those of an optimizer. In the source
 * `λ = 2 / (1 + exp(-10 p)) - 1` with the progress `p` from 0 to 1.
 *
 * State: the count, so it takes a `featureSite`. Needs `params`: no. Memory: borrows, the result is new.
 *
 * @param strength - `λ`, or a schedule for it; 1 by default. It is used as it is, NaN included.
 *
 * @example
 * ```ts
 * import { reverseGradient } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = reverseGradient((count) => count / 10)
 * const [first, state] = tx.update(tf.scalar(5), tx.init(tf.scalar(0)))
 * const [second] = tx.update(tf.scalar(5), state)
 * console.log(first.arraySync(), second.arraySync()) // → -0 -0.5
 * ```
 */
export function reverseGradient(strength: number | Schedule = 1): GradientTransformation<ReverseGradientState> {
  return gradientTransformation<ReverseGradientState>({
    init: () => ({ count: 0 }),
    update: (updates, { count }) => {
      const now = typeof strength === 'function' ? strength(count) : strength
      return [treeMap((g) => mul(g, -now), updates), { count: count + 1 }]
    },
  })
}
