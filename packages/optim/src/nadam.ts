import type { GradientTransformation, Schedule } from '@gg/core'
import { type AdamOptions, type AdamState, adam } from './adam.ts'
import { inTheNameOf } from './in-the-name-of.ts'

/** Options of `nadam`. */
export type NadamOptions = Omit<AdamOptions, 'nesterov'>

/**
 * NAdam: Adam with Nesterov's momentum (Dozat 2016).
 *
 * `adam` with `nesterov: true`; see `scaleByAdam`. PyTorch's `NAdam` has a schedule of the momentum besides.
 *
 * State: that of `adam`. Needs `params`: no.
 *
 * @param learningRate - A number of at least 0, or a schedule of it over updates.
 * @param options - Those of `adam`, but for `nesterov`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { createOptimizer } from '@gg/core'
 * import { nadam } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const optimizer = createOptimizer(nadam(0.1), { x: tf.scalar(3) })
 * for (let i = 0; i < 2; i++) optimizer.minimize(({ x }) => tf.square(x)).dispose()
 * console.log(optimizer.params.x.arraySync().toFixed(3)) // → 2.738
 * ```
 */
export function nadam(learningRate: number | Schedule, options: NadamOptions = {}): GradientTransformation<AdamState> {
  return inTheNameOf('nadam', () => adam(learningRate, { ...options, nesterov: true }))
}
