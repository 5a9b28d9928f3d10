import { type GradientTransformation, gradientTransformation, type Tree, treeMap } from '@gg/core'
import { any, isNaN as isNotANumber, scalar, where, zerosLike } from '@tensorflow/tfjs-core'

/** The state of `zeroNans`. */
export type ZeroNansState = {
  /** For each leaf a bool scalar: whether the last update had a NaN there. */
  readonly foundNan: Tree
}

/**
 * Replaces each NaN by 0: `u = g` where `g` is a number, else 0. Infinities pass.
 *
 * For the rare NaN of a loss that is known to have some. In every other case a NaN is news that should arrive.
 *
 * State: where the last update had NaNs. Needs `params`: no. Nothing is read back from the backend.
 *
 * @example
 * ```ts
 * import { zeroNans } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = zeroNans()
 * const [updates, state] = tx.update(tf.tensor1d([1, Number.NaN]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync(), state.foundNan.arraySync()) // → [ 1, 0 ] 1
 * ```
 */
export function zeroNans(): GradientTransformation<ZeroNansState> {
  return gradientTransformation<ZeroNansState>({
    init: (params) => ({ foundNan: treeMap(() => scalar(false, 'bool'), params) }),
    update: (updates) => [
      treeMap((g) => where(isNotANumber(g), zerosLike(g), g), updates),
      { foundNan: treeMap((g) => any(isNotANumber(g)), updates) },
    ],
  })
}
