import { type ExtraArgs, type GradientTransformation, gradientTransformation } from './gradient-transformation.ts'
import type { State } from './state.ts'

/**
 * Gives a transformation extra arguments of its own. At a feature site this is the only way to pass any, because
 * there it is the backward pass that calls `update`.
 *
 * In optax `with_extra_args_support` lets a transformation ignore extra arguments; here every transformation takes
 * them already.
 *
 * State: that of the inner transformation. Needs `params`: if the inner transformation does.
 *
 * @param inner - The transformation that reads the arguments.
 * @param args - The arguments, or a function that is asked for them at each update. What the caller of `update`
 *   passes under the same name wins.
 *
 * @example
 * ```ts
 * import { stateless, treeMap, withExtraArgs } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const scaleByExtra = stateless((updates, _, extra) => treeMap((g) => tf.mul(g, Number(extra['factor'])), updates))
 * const [updates] = withExtraArgs(scaleByExtra, { factor: 3 }).update(tf.scalar(2), {})
 * console.log(updates.arraySync()) // → 6
 * ```
 */
export function withExtraArgs<S extends State>(
  inner: GradientTransformation<S>,
  args: ExtraArgs | (() => ExtraArgs),
): GradientTransformation<S> {
  return gradientTransformation<S>({
    init: (params) => inner.init(params),
    update: (updates, state, params, extra) =>
      inner.update(updates, state, params, { ...(typeof args === 'function' ? args() : args), ...extra }),
  })
}
