import { cast, greaterEqual, mul, randomUniform } from '@tensorflow/tfjs-core'
import { checkNumber } from './check-number.ts'
import { type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import { treeMapWithPath } from './tree-map.ts'

/** Options of `dropoutGradient`. */
export interface DropoutGradientOptions {
  /** Chooses what is dropped, a whole number; 0 by default. Give each site one of its own, or all draw alike. */
  readonly seed?: number
}

/** The state of `dropoutGradient`. */
export type DropoutGradientState = {
  /** Updates so far; at a feature site, backward passes. */
  readonly count: number
}

/**
 * Drops each number of the gradient with probability `rate`, and scales the others so that the mean stays:
 * `u = g ⊙ m / (1 - rate)`, `m ~ Bernoulli(1 - rate)` (Srivastava et al. 2014, on the gradient; at weights: Tseng et al.
 * 2020, "Gradient dropout"). The forward pass, which dropout of features changes, stays whole.
 *
 * State: the count. Needs `params`: no. Deterministic: what is dropped depends on the seed, the count, the leaf's path and
 * the shape, on every backend; drawn in JavaScript. NaN stays NaN. Memory: borrows, the result is new.
 *
 * @param rate - The probability of being dropped, from 0 to below 1.
 * @param options - `seed`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { dropoutGradient } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = dropoutGradient(0.75, { seed: 1 })
 * const [updates] = tx.update(tf.ones([1000]), tx.init(tf.ones([1000])))
 * console.log(tf.max(updates).arraySync(), tf.min(updates).arraySync()) // → 4 0
 * ```
 */
export function dropoutGradient(
  rate: number,
  { seed = 0 }: DropoutGradientOptions = {},
): GradientTransformation<DropoutGradientState> {
  checkNumber('dropoutGradient', 'rate', rate, rate >= 0 && rate < 1, 'at least 0 and below 1')
  checkNumber('dropoutGradient', 'seed', seed, Number.isSafeInteger(seed), 'a whole number')
  return gradientTransformation<DropoutGradientState>({
    init: () => ({ count: 0 }),
    update: (updates, { count }) => {
      const dropped = treeMapWithPath((path, g) => {
        const drawn = randomUniform(g.shape, 0, 1, 'float32', hash(`${seed}/${count}/${path}`))
        // A product and not a selection: NaN · 0 is NaN.
        return mul(g, mul(cast(greaterEqual(drawn, rate), 'float32'), 1 / (1 - rate)))
      }, updates)
      return [dropped, { count: count + 1 }]
    },
  })
}

/** FNV-1a in 32 bits, never 0, which tfjs takes for no seed at all. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (const char of text) h = Math.imul(h ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return h === 0 ? 1 : h
}
