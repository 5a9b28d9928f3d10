import { type GradientTransformation, gradientTransformation, treeMapWithPath } from '@gg/core'
import { add, randomNormal } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import type { ScaleByScheduleState } from './scale-by-schedule.ts'

/** Options of `addNoise`. */
export interface AddNoiseOptions {
  /** Chooses the noise, a whole number. 0 unless given. */
  readonly seed?: number
}

/**
 * Adds Gaussian noise that dies away (Neelakantan et al. 2015, equation 1).
 *
 * `u_t = g_t + N(0, eta / t^gamma)`, where `t` is 1 at the first update. The noise depends on the seed, the count and the
 * path of the leaf alone: a run that is resumed, or whose parameters are reordered, gets the same. It is not optax's.
 *
 * State: the count. Needs `params`: no. Deterministic. The noise is drawn on the CPU, in JavaScript.
 *
 * @param eta - The variance at the first update, at least 0, in units of the squared gradient.
 * @param gamma - How fast it dies away, at least 0; the paper has 0.55.
 * @param options - `seed`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { addNoise } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = addNoise(0.01, 0.55, { seed: 7 })
 * const state = tx.init(tf.zeros([3]))
 * const [once] = tx.update(tf.zeros([3]), state)
 * const [again] = tx.update(tf.zeros([3]), state)
 * console.log(tf.max(tf.abs(tf.sub(once, again))).arraySync()) // → 0
 * ```
 */
export function addNoise(
  eta: number,
  gamma: number,
  { seed = 0 }: AddNoiseOptions = {},
): GradientTransformation<ScaleByScheduleState> {
  checkHyperparameters('addNoise', 'at least 0', { eta, gamma })
  checkHyperparameters('addNoise', 'a whole number', { seed })
  return gradientTransformation<ScaleByScheduleState>({
    init: () => ({ count: 0 }),
    update: (updates, state) => {
      const count = state.count + 1
      const deviation = Math.sqrt(eta / count ** gamma)
      const noisy = treeMapWithPath(
        (path, g) => add(g, randomNormal(g.shape, 0, deviation, 'float32', hash(`${seed}/${count}/${path}`))),
        updates,
      )
      return [noisy, { count }]
    },
  })
}

/** FNV-1a in 32 bits, never 0, which tfjs takes for no seed at all. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (const char of text) h = Math.imul(h ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return h === 0 ? 1 : h
}
