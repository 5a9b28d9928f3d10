import { type EmptyState, type GradientTransformation, stateless } from '@gg/core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { scaledTree } from './scaled-tree.ts'

/**
 * Multiplies updates by a number: `u = stepSize · g`.
 *
 * Use `scaleByLearningRate` for the step of an optimizer (it flips the sign) and `scaleBySchedule` for a factor that
 * changes. At a feature site a factor below 0 is gradient reversal (Ganin & Lempitsky 2015).
 *
 * State: none. Needs `params`: no.
 *
 * @param stepSize - Any finite number.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scale } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = scale(-0.5).update(tf.tensor1d([2, -4]), {})
 * console.log(updates.arraySync()) // → [ -1, 2 ]
 * ```
 */
export function scale(stepSize: number): GradientTransformation<EmptyState> {
  checkHyperparameters('scale', 'a finite number', { stepSize })
  return stateless((updates) => scaledTree(updates, stepSize))
}
