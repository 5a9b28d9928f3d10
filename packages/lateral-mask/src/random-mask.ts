import { type GradientTransformation, gradientTransformation, treeMapWithPath } from '@gg/core'
import { tensor4d } from '@tensorflow/tfjs-core'
import { chooseRandomly } from './choose-randomly.ts'
import { checkSets, invalid, type MaskOptions } from './mask-options.ts'
import { applyMask, setCount, shapeOf } from './set-norms.ts'
import { keptPositions } from './threshold-mask.ts'

/** Options of `randomMask`. */
export interface RandomMaskOptions extends Pick<MaskOptions, 'sets'> {
  /** The fraction of positions that pass, above 0 and at most 1: exactly `round(keep · height · width)`, one or more. */
  readonly keep: number
  /** Chooses the masks, a whole number; 0 by default. Give each site one of its own, or all draw alike. */
  readonly seed?: number
}

/** The state of `randomMask`. */
export type RandomMaskState = {
  /** Updates so far; at a feature site, backward passes. */
  readonly count: number
}

/**
 * The control that asks whether it matters which positions pass: masks drawn at random, one for each sample, set and
 * update, of exactly as many positions as `lateralMask` or `magnitudeMask` keep with the same `{ keep }`.
 *
 * It differs from dropout in that all channels of a set share a position's fate, that the number of positions is fixed,
 * and that what passes is not scaled up.
 *
 * Shapes: `[batch, height, width, channels]`, float32, as for `lateralMask`. State: the count. Needs `params`: no. Deterministic: a mask
 * depends on the seed, the count, the leaf's path and the shape, and is the same on every backend and machine; it is
 * drawn in JavaScript and handed over. NaN stays where it is. Memory: borrows the updates, the result is new.
 *
 * @param options - The kept fraction, the sets and the seed.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range; from `update`: `SHAPE_MISMATCH`
 *   for a gradient that is not of rank 4, or whose channels the sets do not divide.
 *
 * @example
 * ```ts
 * import { randomMask } from '@gg/lateral-mask'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = randomMask({ keep: 0.25, seed: 1 })
 * const gradient = tf.ones([2, 4, 4, 3])
 * const [updates, state] = tx.update(gradient, tx.init(gradient))
 * console.log(tf.sum(updates, [1, 2, 3]).arraySync(), state.count) // → [ 12, 12 ] 1
 * ```
 */
export function randomMask({ keep, sets = 1, seed = 0 }: RandomMaskOptions): GradientTransformation<RandomMaskState> {
  const name = 'randomMask'
  if (!Number.isSafeInteger(seed)) throw invalid(name, 'seed', 'a whole number', seed)
  if (!(keep > 0 && keep <= 1)) throw invalid(name, 'keep', 'above 0 and at most 1', keep)
  checkSets(name, sets)
  return gradientTransformation<RandomMaskState>({
    init: () => ({ count: 0 }),
    update: (updates, { count }) => {
      const masked = treeMapWithPath((path, update) => {
        const [batch, height, width, channels] = shapeOf(name, update)
        const perSample = setCount(name, channels, sets)
        const kept = keptPositions(height * width, keep)
        const chosen = chooseRandomly(`${seed}/${count}/${path}`, [batch, height * width, perSample], kept)
        return applyMask(update, tensor4d(chosen, [batch, height, width, perSample]))
      }, updates)
      return [masked, { count: count + 1 }]
    },
  })
}
