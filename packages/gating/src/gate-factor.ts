import { GradientTransformationError } from '@gg/core'
import { add, mean, moments, mul, rsqrt, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { gateActivation } from './gate-activation.ts'
import { type GateOptions, type GateVariant, resolveGateOptions } from './gate-options.ts'

/**
 * The factor by which `gate` multiplies a gradient: `σ(Y)`, or what the options make of it. To look at a gate, draw it
 * or take its mean; `gate` itself is what trains.
 *
 * Shapes: `features` float32 of any shape, `[batch, ...positions, channels]` (rank 2 or more) for the variants and for
 * `normalize: 'standardize'`. The factor has the shape of `features`, with 1 where it is shared: per channel
 * `[batch, 1, 1, channels]`, spatially `[batch, height, width, 1]`. Deterministic. Memory: borrows `features`, the
 * result is new.
 *
 * @param features - The feature map `Y`.
 * @param options - Those of `gate`; `rescale` has no part in the factor.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range; `SHAPE_MISMATCH` for features
 *   of rank 0 or 1 where the options need a batch and channels.
 *
 * @example
 * ```ts
 * import { gateFactor } from '@gg/gating'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const factor = gateFactor(tf.tensor1d([-4, 0, 1]))
 * console.log([...factor.dataSync()].map((f) => f.toFixed(4)).join(' ')) // → 0.0180 0.5000 0.7311
 * ```
 */
export function gateFactor(features: Tensor, options: GateOptions = {}): Tensor {
  const resolved = resolveGateOptions('gateFactor', options)
  return tidy(() => factorOf('gateFactor', features, resolved))
}

/** The factor for options that have been checked. */
export function factorOf(name: string, features: Tensor, options: Required<GateOptions>): Tensor {
  const { variant, normalize, eps } = options
  if (variant !== 'elementwise' || normalize !== 'none') checkRank(name, features, options)
  const seen = pooled(features, variant)
  return gateActivation(normalize === 'none' ? seen : standardized(seen, variant, eps), options)
}

/** What the gate looks at: the map, or its mean over the numbers that share a gate. */
function pooled(features: Tensor, variant: GateVariant): Tensor {
  const positions = positionAxes(features)
  if (variant === 'spatial-only') return mean(features, -1, true)
  return variant === 'per-channel' && positions.length > 0 ? mean(features, positions, true) : features
}

/** Mean 0 and variance 1 within each map. */
function standardized(seen: Tensor, variant: GateVariant, eps: number): Tensor {
  const positions = positionAxes(seen)
  const axes = variant === 'per-channel' || positions.length === 0 ? [seen.rank - 1] : positions
  const { mean: center, variance } = moments(seen, axes, true)
  return mul(sub(seen, center), rsqrt(add(variance, eps)))
}

/** All axes but the batch, which is the first, and the channels, which are the last. */
function positionAxes(features: Tensor): number[] {
  return Array.from({ length: Math.max(0, features.rank - 2) }, (_, i) => i + 1)
}

function checkRank(name: string, features: Tensor, { variant, normalize }: Required<GateOptions>): void {
  if (features.rank >= 2) return
  throw new GradientTransformationError(
    'SHAPE_MISMATCH',
    `${name}: a feature map must be [batch, ...positions, channels] for variant '${variant}' and normalize ` +
      `'${normalize}', got [${features.shape}]. Tensors of any shape, such as biases, take variant 'elementwise' and ` +
      "normalize 'none'.",
  )
}
