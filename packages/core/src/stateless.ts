import type { Tensor } from '@tensorflow/tfjs-core'
import { type ExtraArgs, type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import type { EmptyState } from './state.ts'
import type { Tree } from './tree.ts'
import { treeMap } from './tree-map.ts'

/**
 * A transformation without memory, from a function of whole trees. Where each leaf can be treated by itself,
 * `statelessWithTreeMap` is shorter.
 *
 * State: none. Memory: the function may return what it was given and leave tensors lying about.
 *
 * @param update - Gets the updates, `params` if the caller gave any, and the extra arguments; returns new updates.
 * @param updateThroughRelu - The same together with a ReLU behind the features, see `GradientTransformation`; seldom needed.
 *
 * @example
 * ```ts
 * import { stateless, treeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const negate = stateless((updates) => treeMap(tf.neg, updates))
 * const [updates] = negate.update({ w: tf.scalar(2) }, {})
 * console.log(updates.w.arraySync()) // → -2
 * ```
 */
export function stateless(
  update: <U extends Tree>(updates: U, params: Tree | undefined, extra: ExtraArgs) => U,
  updateThroughRelu?: <U extends Tree>(updates: U, activations: Tree, extra: ExtraArgs) => U,
): GradientTransformation<EmptyState> {
  return gradientTransformation<EmptyState>({
    init: () => ({}),
    update: (updates, _, params, extra) => [update(updates, params, extra), {}],
    ...(updateThroughRelu && {
      updateThroughRelu: (updates, _, activations, extra) => [updateThroughRelu(updates, activations, extra), {}],
    }),
  })
}

/**
 * A transformation without memory, from a function of one leaf and, where the caller gave `params`, the parameter
 * (or feature map) at its place.
 *
 * State: none. Memory: as `stateless`.
 *
 * @param update - Gets a leaf of the updates and the parameter beside it; returns a tensor of the same shape and dtype.
 *
 * @example
 * ```ts
 * import { statelessWithTreeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const halve = statelessWithTreeMap((update) => tf.mul(update, 0.5))
 * const [updates] = halve.update([tf.scalar(2), tf.scalar(4)], {})
 * console.log(updates[1].arraySync()) // → 2
 * ```
 */
export function statelessWithTreeMap(
  update: (update: Tensor, param: Tensor | undefined) => Tensor,
): GradientTransformation<EmptyState> {
  return stateless((updates, params) =>
    params === undefined
      ? treeMap((leaf) => update(leaf, undefined), updates)
      : treeMap((leaf, param) => update(leaf, param as Tensor), updates, params),
  )
}
