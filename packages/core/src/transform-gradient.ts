import type { Tensor } from '@tensorflow/tfjs-core'
import { disposeTree } from './dispose-tree.ts'
import type { GradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { type BackwardPass, type SiteOptions, siteNode } from './relu-behind.ts'
import { isEmptyState } from './state.ts'
import { withGradient } from './with-gradient.ts'

/**
 * The identity on a feature map whose gradient passes through a transformation on its way back:
 * forward `y = x`, backward `∂L/∂x = tx(∂L/∂y; params = x)`.
 *
 * For a transformation that remembers nothing; one with a state (a momentum, a schedule) needs an owner for it, which
 * is `featureSite`. A chain is one node of the tape, not several.
 *
 * Shapes: any; float32. Memory: borrows `features`, the result is new; the feature map is kept for the backward pass.
 *
 * @param features - The feature map, such as the output of a convolution `[batch, height, width, channels]`.
 * @param tx - What is done to its gradient; the feature map is its `params`.
 * @param options - `relu`: with the ReLU behind it, as one node: `relu(transformGradient(features, tx))` for less.
 * @throws GradientTransformationError `STATEFUL_TRANSFORMATION` if `tx` has a state; `INVALID_ARGUMENT` for features
 *   that are not float32, which have no gradient.
 *
 * @example
 * ```ts
 * import { statelessWithTreeMap, transformGradient, valueAndGrad } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tenth = statelessWithTreeMap((update) => tf.mul(update, 0.1))
 * const loss = (x: tf.Tensor) => tf.sum(tf.square(transformGradient(x, tenth))) as tf.Scalar
 * console.log(valueAndGrad(loss)(tf.tensor1d([5])).grads.arraySync()) // → [ 1 ]
 * ```
 */
export function transformGradient<T extends Tensor>(features: T, tx: GradientTransformation, options?: SiteOptions): T {
  const state = tx.init(features)
  if (!isEmptyState(state)) {
    disposeTree(state)
    throw new GradientTransformationError(
      'STATEFUL_TRANSFORMATION',
      'transformGradient: `tx` must have no state, got one that has. Give it an owner: ' +
        'const site = featureSite(tx), then site(features).',
    )
  }
  const through = tx.updateThroughRelu !== undefined
  const backward: BackwardPass = {
    transform: (dy, x) => tx.update(dy, state, x)[0],
    ...(through && { transformThroughRelu: (dy, y) => tx.updateThroughRelu?.(dy, state, y)[0] as Tensor }),
  }
  return siteNode('transformGradient', features, backward, options)
}

/** Identity forward, `backward(dy, features)` on the way back, as one node of the tape. */
export function identityWithGradient<T extends Tensor>(
  name: string,
  features: T,
  backward: (dy: T, features: Tensor) => Tensor,
): T {
  return withGradient(name, features, (x) => x, backward)
}
