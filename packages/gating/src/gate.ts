import {
  type EmptyState,
  fusedKernel,
  type GradientTransformation,
  requireParams,
  stateless,
  treeMap,
  withNormOf,
} from '@gg/core'
import { lessEqual, mul, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core'
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
 * Directly in front of a ReLU, `transformGradient(y, gate(), { relu: true })` does both on the way back in one pass,
 * `dY = dA ⊙ 1[A > 0] ⊙ σ(A)` with `A = relu(Y)`; the models of `@gg/models` do so by themselves. Not with the variants, with
 * `'standardize'`, `'preserve-norm'` or an activation of your own, which need all of `Y` or of its gradient.
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
  // Where ReLU lets gradient through, its output is its input, and a gate of one number needs no other.
  const tellsFromRelu = isElementwise(resolved) && resolved.rescale === 'none'
  return stateless(
    (updates, params) =>
      treeMap(
        (update, features) => {
          const gated = gatedBy(features as Tensor, update, resolved, false)
          return resolved.rescale === 'none' ? gated : withNormOf(update, gated)
        },
        updates,
        requireParams('gate', params),
      ),
    tellsFromRelu
      ? (updates, activations) =>
          treeMap((update, y) => gatedBy(y as Tensor, update, resolved, true), updates, activations)
      : undefined,
  )
}

/** Whether the gate of a number is a known function of that number alone. */
function isElementwise({ activation, variant, normalize }: Required<GateOptions>): boolean {
  return variant === 'elementwise' && normalize === 'none' && typeof activation !== 'function'
}

/**
 * `update`, times the factor of `features`, and where `relu` is set times 1[features > 0] first; in one pass over memory where
 * there is a kernel that can.
 */
function gatedBy(features: Tensor, update: Tensor, options: Required<GateOptions>, relu: boolean): Tensor {
  const { activation, temperature } = options
  const plain = (): Tensor => {
    const gated = mul(update, factorOf('gate', features, options))
    // What ReLU shuts off is 0, whatever the gradient is; where the features are NaN it is not shut off.
    return relu ? where(lessEqual(features, 0), zerosLike(gated), gated) : gated
  }
  if (!isElementwise(options)) return plain()
  const attrs = { activation: activation as string, temperature, relu }
  return fusedKernel('GgGate', { dy: update, x: features }, attrs, () => [plain()])[0] as Tensor
}
