import { cast, greater, mul } from '@tensorflow/tfjs-core'
import type { GradientTransformation } from './gradient-transformation.ts'
import type { EmptyState } from './state.ts'
import { statelessWithTreeMap } from './stateless.ts'

/**
 * Guided backpropagation: lets only positive gradient pass, `u = g ⊙ 1[g > 0]`. At the site of each ReLU, on either side
 * of it, the two together are `g ⊙ 1[g > 0] ⊙ 1[y > 0]` (Springenberg et al. 2015): a picture of what excites a unit. A
 * tool to look into a network with, not one to train it.
 *
 * Shapes: any; float32. State: none. Needs `params`: no. NaN stays NaN. Memory: borrows, the result is new.
 *
 * @example
 * ```ts
 * import { guidedBackprop, transformGradient, valueAndGrad } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const weights = tf.tensor1d([1, -1, 1, -1])
 * const loss = (x: tf.Tensor) =>
 *   tf.sum(tf.mul(transformGradient(tf.relu(x), guidedBackprop()), weights)) as tf.Scalar
 * const { grads } = valueAndGrad(loss)(tf.tensor1d([2, 2, -2, -2]))
 * console.log(tf.notEqual(grads, 0).arraySync()) // → [ 1, 0, 0, 0 ]
 * ```
 */
export function guidedBackprop(): GradientTransformation<EmptyState> {
  // A product and not relu, which turns NaN into 0 on WASM.
  return statelessWithTreeMap((g) => mul(g, cast(greater(g, 0), 'float32')))
}
