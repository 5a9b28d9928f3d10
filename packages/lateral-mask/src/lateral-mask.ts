import { type EmptyState, fusedKernel, type GradientTransformation, stateless, treeMap } from '@gg/core'
import { lessEqual, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core'
import { type LateralMaskOptions, lateralMaskRule, resolveFilter } from './lateral-mask-factor.ts'
import { resolveThreshold } from './mask-options.ts'
import { applyMask } from './set-norms.ts'

/**
 * The gradient mask of lateral inhibition: lets a gradient pass where it stands out from its neighbourhood, as a
 * stimulated neuron inhibits its neighbours. The forward pass is not touched.
 *
 *     m_ij(k) = ‖δ_ij(k)‖₂        the norm of the gradients of feature set k at one position, a "minicolumn"
 *     r(k)    = LoG * m(k)        see `logKernel`
 *     δ'(k)   = δ(k) ⊙ 1[|r(k)| ≥ ε]                                      (Jiang et al. 2022, arXiv:2208.06918)
 *
 * All channels of a set share one mask; each sample has its own. Put it at the output of a convolution:
 * `transformGradient(y, lateralMask())`, or a feature site of a model. Where `gate` looks at the feature map alone and
 * answers with any factor, this looks at the gradient alone and answers with 0 or 1. Its controls are `magnitudeMask`
 * (the norm without the LoG) and `randomMask`, at the same kept fraction; to see that fraction, `trackKeptFraction`.
 *
 * A mask of 0 and 1 leaves alone what it has kept, but the gradient it leaves behind is another gradient with another
 * mask: `chain(lateralMask(), lateralMask())` masks more than `lateralMask()`. A map without contrast, such as the
 * gradient of global average pooling, passes whole under `{ std }` and `{ keep }`.
 *
 * Directly in front of a ReLU, `transformGradient(y, lateralMask(), { relu: true })` does both on the way back image by
 * image; the models of `@gg/models` do so by themselves.
 *
 * Shapes: `[batch, height, width, channels]`, float32; other ranks are refused, see `masked` of `@gg/core` for trees that
 * hold some. Not for weights: a kernel's four axes are others. The squares of the gradient must be within float32: sizes
 * of 0 or 1e-18 to 1e18. State: none. Needs `params`: no. Deterministic; no value is read back. NaN stays where it is, and
 * shuts the mask around it. Memory: borrows the updates, the result is new.
 *
 * Deviations: the paper's ε is `{ absolute }`; the default is relative, because a fixed ε keeps all gradients early and
 * none late. The paper is silent on σ, kernel size, padding, K and the layers, so the defaults are ours, as is the
 * zero-sum kernel.
 *
 * @param options - The kernel, its padding, the sets and the threshold.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range; from `update`: `SHAPE_MISMATCH`
 *   for a gradient that is not of rank 4, or whose channels the sets do not divide.
 *
 * @example
 * ```ts
 * import { transformGradient, valueAndGrad } from '@gg/core'
 * import { lateralMask } from '@gg/lateral-mask'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const weights = tf.tensor4d([1, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1], [1, 3, 4, 1])
 * const tx = lateralMask({ kernelSize: 3, sigma: 0.5, threshold: { keep: 1 / 12 } })
 * const loss = (y: tf.Tensor) => tf.sum(tf.mul(transformGradient(y, tx), weights)) as tf.Scalar
 * const { grads } = valueAndGrad(loss)(tf.zeros([1, 3, 4, 1]))
 * console.log(tf.squeeze(grads).arraySync()) // → [ [ 0, 0, 0, 0 ], [ 0, 0, 5, 0 ], [ 0, 0, 0, 0 ] ]
 * ```
 */
export function lateralMask(options: LateralMaskOptions = {}): GradientTransformation<EmptyState> {
  const mask = lateralMaskRule('lateralMask', options)
  const { weights, size, padding } = resolveFilter('lateralMask', options)
  const [threshold, value] = resolveThreshold('lateralMask', options.threshold)
  const sets = options.sets === 'channels' ? 0 : (options.sets ?? 1)
  const attrs = { weights: [...weights], size, padding, sets, threshold, value }
  // Image by image within the cache where there is a kernel for it.
  const masked = (update: Tensor, y?: Tensor): Tensor => {
    const plain = (): Tensor[] => {
      // What ReLU shuts off is 0, whatever the gradient is; where y is NaN it is not shut off.
      const through = y === undefined ? update : where(lessEqual(y, 0), zerosLike(update), update)
      return [applyMask(through, mask(through))]
    }
    return fusedKernel('GgLateralMask', { dy: update, ...(y && { y }) }, attrs, plain)[0] as Tensor
  }
  return stateless(
    (updates) => treeMap((update) => masked(update), updates),
    (updates, activations) => treeMap((update, y) => masked(update, y as Tensor), updates, activations),
  )
}
