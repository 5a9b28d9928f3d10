import { type EmptyState, fusedKernel, type GradientTransformation, requireParams, stateless, treeMap } from '@gg/core'
import { div, greater, mul, onesLike, sqrt, square, sum, type Tensor, where } from '@tensorflow/tfjs-core'
import { factorOf } from './gate-factor.ts'
import { type GateOptions, resolveGateOptions } from './gate-options.ts'

/**
 * Gradient gating: multiplies the gradient by the sigmoid of the feature map it belongs to, so that more of it flows
 * where the map says the object is. The forward pass is not touched.
 *
 *     dỸ = dY ⊙ σ(Y),   and with it   dX = Wᵀ dỸ,   dW = dỸ Xᵀ,   db = Σ dỸ          (BeomGon Yu 2021)
 *
 * For a layer `Y = W·X + b`, put it at the layer's output, before the activation: `transformGradient(y, gate())`, or a
 * feature site of a model. Behind a ReLU the gate can only be in [1/2, 1). Where the lateral mask looks at the
 * gradient alone and answers with 0 or 1, the gate looks at the map alone and answers with any factor between.
 *
 * With raw maps near 0 each gate halves the gradient, so a network D gates deep gets 2⁻ᴰ of it; `rescale:
 * 'preserve-norm'` takes that out, and leaves only the shift from place to place. With it `g ⊙ σ` is multiplied by
 * `‖g‖₂ / ‖g ⊙ σ‖₂` over the whole tensor, batch included; where no gradient is left after the gate, by 1.
 *
 * On weight gradients (`params` are the weights, of any shape) it is the same rule, and an experiment of ours.
 *
 * Shapes: updates and params of equal shapes, float32, of any rank; the variants and `'standardize'` need rank 2 or more,
 * `[batch, ...positions, channels]`, see {@link GateOptions}. State: none. Needs `params`: yes, the feature map (or the
 * weights). Deterministic; one pass, no value is read back. NaN in either shows in the result. Memory: borrows both, the
 * result is new.
 *
 * Deviations: without options none known; the source is silent on the layers to gate and on all that the options do,
 * so those are ours.
 *
 * @param options - Activation and temperature, variant, normalization and rescaling.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range; from `update`:
 *   `MISSING_PARAMS`, and `SHAPE_MISMATCH` for maps of rank 0 or 1 where the options need a batch and channels, and for an
 *   activation of your own that returns another shape than it was given.
 *
 * @example
 * ```ts
 * import { transformGradient, valueAndGrad } from '@gg/core'
 * import { gate } from '@gg/gating'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = (y: tf.Tensor) => tf.sum(transformGradient(y, gate())) as tf.Scalar
 * const { grads } = valueAndGrad(loss)(tf.tensor1d([-4, 0, 4]))
 * console.log([...grads.dataSync()].map((g) => g.toFixed(3)).join(' ')) // → 0.018 0.500 0.982
 * ```
 */
export function gate(options: GateOptions = {}): GradientTransformation<EmptyState> {
  const resolved = resolveGateOptions('gate', options)
  return stateless((updates, params) =>
    treeMap(
      (update, features) => {
        const gated = gatedBy(features as Tensor, update, resolved)
        return resolved.rescale === 'none' ? gated : withNormOf(update, gated)
      },
      updates,
      requireParams('gate', params),
    ),
  )
}

/** `update`, times the factor of `features`; in one pass over memory where there is a kernel that can. */
function gatedBy(features: Tensor, update: Tensor, options: Required<GateOptions>): Tensor {
  const { activation, temperature, variant, normalize } = options
  const plain = (): Tensor => mul(update, factorOf('gate', features, options))
  if (variant !== 'elementwise' || normalize !== 'none' || typeof activation === 'function') return plain()
  const inputs = { dy: update, x: features }
  return fusedKernel('GgGate', inputs, { activation, temperature }, () => [plain()])[0] as Tensor
}

/** `gated`, times the one number that gives it the norm of `update`. */
function withNormOf(update: Tensor, gated: Tensor): Tensor {
  const before = sum(square(update))
  const after = sum(square(gated))
  // A gradient of zeros, or a gate that is shut everywhere, has no norm to scale by: 0/0 would make NaN of it.
  return mul(gated, where(greater(after, 0), sqrt(div(before, after)), onesLike(after)))
}
