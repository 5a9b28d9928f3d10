import { GradientTransformationError } from '@gg/core'
import {
  customGrad,
  div,
  equal,
  type GradSaveFunc,
  mean,
  mul,
  reshape,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  where,
} from '@tensorflow/tfjs-core'
import { gateActivation } from './gate-activation.ts'
import { type GateActivationOptions, oneOf, resolveGateOptions } from './gate-options.ts'

/** Options of `gatedGlobalAveragePool`. */
export interface GatedGlobalAveragePoolOptions extends GateActivationOptions {
  /** How the gradient `g` of a map's mean is shared among the map's N positions; `'mass-preserving'` by default. */
  readonly form?: 'mass-preserving' | 'mean'
}

/**
 * Global average pooling that hands more of its gradient to the positions where the map is large, in place of the
 * same share to each. The forward pass is the mean over height and width.
 *
 *     y_bc = 1/N · Σ_ij Y_bijc
 *     mass-preserving:  ∂L/∂Y_ij = g · σ(Y_ij) / Σ_kl σ(Y_kl)
 *     mean:             ∂L/∂Y_ij = g/N · σ(Y_ij)
 *
 * The complaint that average pooling splits the gradient evenly is BeomGon Yu's (2021); the source gives no formula,
 * so both are ours. `'mass-preserving'` gives each map the total gradient that plain pooling gives it, and moves it
 * only. `'mean'` is the plain rule behind a `gate()`, and loses about half of it where maps are near 0. Where all
 * gates of a map are shut (a hard sigmoid below -3) the first form shares evenly, since its total has to go somewhere.
 *
 * Shapes: `[batch, height, width, channels]` to `[batch, channels]`, float32. Deterministic; NaN in a map shows in its
 * gradient. Memory: borrows `features`, the result is new; the map is kept for the backward pass.
 *
 * @param features - The last feature map of a network, before its classifier.
 * @param options - The form, and how the gate opens.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range or features that are not
 *   float32; `SHAPE_MISMATCH` for features that are not of rank 4 or have no positions.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import { gatedGlobalAveragePool } from '@gg/gating'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = (y: tf.Tensor4D) => tf.sum(gatedGlobalAveragePool(y)) as tf.Scalar
 * const { value, grads } = valueAndGrad(loss)(tf.tensor4d([-4, 0, 0, 4], [1, 2, 2, 1]))
 * console.log(value.arraySync()) // → 0
 * console.log([...grads.dataSync()].map((g) => g.toFixed(3)).join(' ')) // → 0.009 0.250 0.250 0.491
 * ```
 */
export function gatedGlobalAveragePool(features: Tensor4D, options: GatedGlobalAveragePoolOptions = {}): Tensor2D {
  const { form = 'mass-preserving', ...rest } = options
  const name = 'gatedGlobalAveragePool'
  oneOf(name, 'form', form, ['mass-preserving', 'mean'])
  const activation = resolveGateOptions(name, rest)
  checkFeatures(name, features)
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    // customGrad appends the saver to the inputs, which its type does not tell apart.
    const [x, save] = args as [Tensor4D, GradSaveFunc]
    save([x])
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const y = saved[0] as Tensor4D
      const [batch, , , channels] = y.shape
      return mul(reshape(dy, [batch, 1, 1, channels]), shares(y, form, gateActivation(y, activation)))
    }
    return { value: mean(x, [1, 2]), gradFunc }
  })
  return node(features) as Tensor2D
}

/** How much of a map's gradient each of its positions gets. */
function shares(y: Tensor4D, form: 'mass-preserving' | 'mean', factor: Tensor): Tensor {
  const even = 1 / (y.shape[1] * y.shape[2])
  if (form === 'mean') return mul(factor, even)
  const total = sum(factor, [1, 2], true)
  // Where all is shut, 0/0 would make NaN of a gradient that is sound.
  return where(equal(total, 0), even, div(factor, total))
}

function checkFeatures(name: string, features: Tensor): void {
  if (features.dtype !== 'float32') {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `${name}: \`features\` must be float32, got ${features.dtype}. Only float tensors have a gradient.`,
    )
  }
  const [, height = 0, width = 0] = features.shape
  if (features.rank === 4 && height * width > 0) return
  throw new GradientTransformationError(
    'SHAPE_MISMATCH',
    `${name}: \`features\` must be [batch, height, width, channels] with at least one position, got ` +
      `[${features.shape}].`,
  )
}
