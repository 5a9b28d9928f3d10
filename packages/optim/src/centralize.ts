import { type EmptyState, type GradientTransformation, statelessWithTreeMap } from '@gg/core'
import { mean, sub } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'

/** Options of `centralize`. */
export interface CentralizeOptions {
  /**
   * The axis that numbers the output units: `'last'` for tfjs' kernels (`[in, out]`, `[height, width, in, out]`),
   * `'first'` for those of PyTorch (`[out, in]`), which is what optax does. `'last'` unless given.
   */
  readonly unitAxis?: 'first' | 'last'
}

/**
 * Takes from the gradient of each output unit its mean (Yong et al. 2020, equation 1): the weights of a unit keep their
 * sum.
 *
 * `u = g - mean(g)`, the mean over all axes but `unitAxis`. Vectors and scalars pass unchanged.
 *
 * State: none. Needs `params`: no.
 *
 * @param options - Where the units are.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { centralize } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [updates] = centralize().update(tf.tensor2d([[1, 5], [3, 9]]), {})
 * console.log(updates.arraySync()) // → [ [ -1, -2 ], [ 1, 2 ] ]
 * ```
 */
export function centralize({ unitAxis = 'last' }: CentralizeOptions = {}): GradientTransformation<EmptyState> {
  checkArgument(unitAxis === 'last' || unitAxis === 'first', 'centralize', 'unitAxis', "'first' or 'last'", unitAxis)
  return statelessWithTreeMap((g) => {
    if (g.rank < 2) return g
    const axes = g.shape.map((_, axis) => axis)
    return sub(g, mean(g, unitAxis === 'first' ? axes.slice(1) : axes.slice(0, -1), true))
  })
}
