import { checkSameShapes } from './check-same-shapes.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import type { State } from './state.ts'
import { tidyResult } from './tidy-result.ts'
import type { Tree } from './tree.ts'

/** Further arguments of an update that some transformations ask for, by name: the loss `value`, say. */
export type ExtraArgs = { readonly [name: string]: unknown }

/**
 * A pure function from gradients to gradients with explicit state, the one idea that everything here is made of.
 *
 * It does not care whose gradient it gets: that of the weights (then `params` are the weights) or that of a feature
 * map (then `params` is the feature map). It keeps the gradient's sign; one `scaleByLearningRate` negates, and
 * `applyUpdates` adds.
 *
 * Memory: `init` and `update` borrow their arguments and dispose none of them. All tensors they return are new, also
 * those of the identity, and belong to the caller; everything else they made is gone, also when they throw.
 *
 * Both functions are declared as methods so that a transformation of any state is a `GradientTransformation`.
 *
 * @typeParam S - The state: plain data.
 */
export interface GradientTransformation<S extends State = State> {
  /** The state before the first update, for parameters (or a feature map) of these structures, shapes and dtypes. */
  init(params: Tree): S
  /**
   * The next updates and the next state.
   *
   * @param updates - Gradients, or what an earlier transformation made of them.
   * @param state - What `init` or the last `update` returned.
   * @param params - The weights or the feature map; some transformations need them and say so.
   * @param extra - Further arguments by name.
   */
  update<U extends Tree>(updates: U, state: S, params?: Tree, extra?: ExtraArgs): readonly [U, S]
  /**
   * `update` for a gradient that comes through a ReLU behind the feature map, told from the ReLU's output `y` alone:
   * `update(updates ⊙ 1[y > 0], state, x)` for any feature map `x` with `relu(x) = y`. There only where that can be told, and
   * is worth telling, because one pass over memory does both: `gate`, `lateralMask`, chains of such. Without it a site in
   * front of a ReLU does the two one after the other.
   *
   * @param updates - Gradients of the ReLU's outputs.
   * @param state - What `init` or the last update of either kind returned.
   * @param activations - The ReLU's outputs, in the place of `params`.
   * @param extra - Further arguments by name.
   */
  updateThroughRelu?<U extends Tree>(updates: U, state: S, activations: Tree, extra?: ExtraArgs): readonly [U, S]
}

/** The functions of a transformation as an author writes them: naively, without a thought for memory. */
export interface GradientTransformationDefinition<S extends State> {
  /** See {@link GradientTransformation.init}. */
  init(params: Tree): S
  /** See {@link GradientTransformation.update}; `extra` is always there, possibly empty. */
  update<U extends Tree>(updates: U, state: S, params: Tree | undefined, extra: ExtraArgs): readonly [U, S]
  /** See {@link GradientTransformation.updateThroughRelu}; leave it out where `update` does not get cheaper by it. */
  updateThroughRelu?<U extends Tree>(updates: U, state: S, activations: Tree, extra: ExtraArgs): readonly [U, S]
}

/**
 * Makes a transformation from its functions and keeps the contract for them: intermediate tensors are disposed,
 * whatever is returned is new, `params` are checked against `updates` for structure and shape.
 *
 * Use `stateless` or `statelessWithTreeMap` where there is nothing to remember.
 *
 * @param definition - `init`, `update` and perhaps `updateThroughRelu`; all may return tensors they were given and leave others lying about.
 * @throws GradientTransformationError from `update`: `STRUCTURE_MISMATCH` or `SHAPE_MISMATCH`, naming the path.
 *
 * @example
 * ```ts
 * import { gradientTransformation, treeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * // The running sum of all gradients so far.
 * const sum = gradientTransformation<tf.NamedTensorMap>({
 *   init: (params) => ({ total: tf.zerosLike(params as tf.Tensor) }),
 *   update: (updates, { total }) => {
 *     const next = treeMap((g) => tf.add(g, total!), updates)
 *     return [next, { total: next as tf.Tensor }]
 *   },
 * })
 * const weight = tf.scalar(0)
 * const [, state] = sum.update(tf.scalar(2), sum.init(weight), weight)
 * const [updates] = sum.update(tf.scalar(3), state, weight)
 * console.log(updates.arraySync()) // → 5
 * ```
 */
export function gradientTransformation<S extends State>({
  init,
  update,
  updateThroughRelu,
}: GradientTransformationDefinition<S>): GradientTransformation<S> {
  const transformation: GradientTransformation<S> = {
    init: (params) => tidyResult([params], () => init(params)),
    update: (updates, state, params, extra = {}) => {
      if (params !== undefined) checkSameShapes('update', 'params', params, 'updates', updates)
      return tidyResult([updates, state, params ?? null], () => update(updates, state, params, extra))
    },
  }
  if (updateThroughRelu === undefined) return transformation
  return {
    ...transformation,
    updateThroughRelu: (updates, state, activations, extra = {}) => {
      checkSameShapes('updateThroughRelu', 'activations', activations, 'updates', updates)
      return tidyResult([updates, state, activations], () => updateThroughRelu(updates, state, activations, extra))
    },
  }
}

/** The parameters of a transformation that cannot do without them. */
export function requireParams(name: string, params: Tree | undefined): Tree {
  if (params !== undefined) return params
  throw new GradientTransformationError(
    'MISSING_PARAMS',
    `${name}: \`params\` must be the weights or the feature map, got undefined. Call update(updates, state, params).`,
  )
}
