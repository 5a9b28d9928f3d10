import { type GradientTransformation, gradientTransformation, type State, type Tree, treeMap } from '@gg/core'
import { cast, div, logicalAnd, maximum, notEqual, scalar, sum, type Tensor } from '@tensorflow/tfjs-core'

/** The state of `trackKeptFraction`. */
export type TrackKeptFractionState<S extends State> = {
  /** A scalar for each leaf: the fraction at the last update; 1 before the first. */
  readonly keptFraction: Tree
  readonly inner: S
}

/**
 * Remembers which fraction of the gradient a transformation let pass, as a tensor in the state: nothing waits for the
 * backend until someone reads it. For `lateralMask` and its controls, chains of them, gradient dropout, top-k.
 *
 *     keptFraction = #{updates after ≠ 0 and before ≠ 0} / #{updates before ≠ 0}
 *
 * It counts what was there to be kept: behind a ReLU or a max pooling most of a gradient is 0 before any mask. The
 * fraction of positions that a mask leaves open, whatever is there, is `mean(lateralMaskFactor(gradient, options))`.
 *
 * State: a scalar for each leaf, and the inner state. Needs `params`: if the inner transformation does. Where nothing
 * was there, the fraction is 0. Costs a comparison and a sum before and after. Memory: as the inner transformation.
 *
 * @param inner - The transformation to watch.
 *
 * @example
 * ```ts
 * import { featureSite, valueAndGrad } from '@gg/core'
 * import { magnitudeMask, trackKeptFraction } from '@gg/lateral-mask'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const site = featureSite(trackKeptFraction(magnitudeMask({ threshold: { absolute: 5 } })))
 * const loss = (y: tf.Tensor) => tf.sum(tf.square(site(y))) as tf.Scalar
 * const { grads } = valueAndGrad(loss)(tf.tensor4d([0, 1, 2, 3, 4], [1, 1, 5, 1]))
 * console.log(grads.dataSync().join(' '), (site.state?.keptFraction as tf.Scalar).arraySync()) // → 0 0 0 6 8 0.5
 * site.dispose()
 * ```
 */
export function trackKeptFraction<S extends State>(
  inner: GradientTransformation<S>,
): GradientTransformation<TrackKeptFractionState<S>> {
  return gradientTransformation<TrackKeptFractionState<S>>({
    init: (params) => ({ keptFraction: treeMap(() => scalar(1), params), inner: inner.init(params) }),
    update: (updates, state, params, extra) => {
      const [next, innerState] = inner.update(updates, state.inner, params, extra)
      const keptFraction = treeMap(fraction, next, updates)
      return [next, { keptFraction, inner: innerState }]
    },
  })
}

function fraction(after: Tensor, before: Tensor): Tensor {
  const there = notEqual(before, 0)
  return div(count(logicalAnd(notEqual(after, 0), there)), maximum(count(there), 1))
}

function count(is: Tensor): Tensor {
  return sum(cast(is, 'float32'))
}
