import type { Tree } from '@gg/core'
import { type EmaOptions, type EmaState, ema } from './ema.ts'
import type { StatefulMeasure } from './monitor.ts'

/**
 * The running mean of a measurement, for `monitor`.
 *
 * @param measure - A function of the updates that returns a scalar or a tree of float32 tensors.
 * @param decay - How much of the mean stays after one update, in [0, 1).
 * @param options - Whether to correct for the start at 0, as for `ema`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { globalNorm, measureWithEma, monitor } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = monitor({ meanNorm: measureWithEma(globalNorm, 0.9, { debias: false }) })
 * const [, { measurements }] = tx.update(tf.tensor1d([6, 8]), tx.init(tf.zeros([2])))
 * console.log(measurements.meanNorm.arraySync().toFixed(2)) // → 1.00
 * ```
 */
export function measureWithEma<M extends Tree>(
  measure: (updates: Tree) => M,
  decay: number,
  options: EmaOptions = {},
): StatefulMeasure<M, EmaState> {
  const mean = ema(decay, options)
  return {
    init: (params) => mean.init(measure(params)),
    update: (updates, state) => mean.update(measure(updates), state),
  }
}
