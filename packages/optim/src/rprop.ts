import { chain, type EmptyState, type GradientTransformation } from '@gg/core'
import { inTheNameOf } from './in-the-name-of.ts'
import { scale } from './scale.ts'
import { type ScaleByRpropOptions, type ScaleByRpropState, scaleByRprop } from './scale-by-rprop.ts'

/** Options of `rprop`. */
export type RpropOptions = ScaleByRpropOptions

/** The state of `rprop`: that of `scaleByRprop`, and that of the sign's change, which has none. */
export type RpropState = readonly [ScaleByRpropState, EmptyState]

/**
 * Rprop: steps whose length grows while the gradient keeps its sign and shrinks when it changes (Riedmiller & Braun 1993).
 *
 * See `scaleByRprop`. For gradients of the whole data set; for batches use `rmsprop`, which was made of it.
 *
 * State: steps and last updates. Needs `params`: no.
 *
 * @param learningRate - The first step, above 0, in units of the parameters. No schedule: the steps have their own.
 * @param options - Those of `scaleByRprop`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { rprop } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(rprop(0.25), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.450
 * ```
 */
export function rprop(learningRate: number, options: RpropOptions = {}): GradientTransformation<RpropState> {
  return inTheNameOf('rprop', () => chain(scaleByRprop(learningRate, options), scale(-1)))
}
