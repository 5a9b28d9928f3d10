import { onesLike, type Tensor, type Tensor4D, tidy, zeros } from '@tensorflow/tfjs-core'
import { type LogKernelOptions, logWeights } from './log-kernel.ts'
import { type LogFilter, logResponse } from './log-response.ts'
import { checkSets, invalid, type MaskOptions, resolveThreshold } from './mask-options.ts'
import { applyMask, setNorms } from './set-norms.ts'
import { thresholdMask } from './threshold-mask.ts'

/** Options of `lateralMask`; all defaults are ours, since the source names none of them. */
export interface LateralMaskOptions extends MaskOptions, LogKernelOptions {
  /**
   * What lies around the map: its mirror image without the rim (`'reflect'`, default) or nothing (`'zero'`). A map that
   * is no larger than the kernel's radius has no such mirror image, and gets zeros.
   */
  readonly padding?: 'reflect' | 'zero'
}

/**
 * The factor by which `lateralMask` multiplies a gradient: 1 where the gradient stands out from its neighbourhood, 0
 * elsewhere. To look at a mask, to draw it, or to report its mean, the kept fraction; `lateralMask` itself is what trains.
 *
 * Shapes: `[batch, height, width, channels]` float32 to the same, with 1 for channels where all share one mask (one
 * set). Deterministic. Memory: borrows `gradient`, the result is new; no value is read back.
 *
 * @param gradient - The gradient of a feature map.
 * @param options - Those of `lateralMask`.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range; `SHAPE_MISMATCH` for a gradient
 *   that is not of rank 4, or whose channels the sets do not divide.
 *
 * @example
 * ```ts
 * import { lateralMaskFactor } from '@gg/lateral-mask'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * // A flat 5×5 gradient with one peak: the peak and its rim of contrast pass.
 * const gradient = tf.tensor4d([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 5, 5, 1])
 * const mask = lateralMaskFactor(gradient, { sigma: 0.5, kernelSize: 3 })
 * console.log(tf.squeeze(mask).arraySync().map((row) => row.join('')).join(' ')) // → 00000 00100 01110 00100 00000
 * console.log(tf.mean(mask).arraySync().toFixed(2)) // → 0.20
 * ```
 */
export function lateralMaskFactor(gradient: Tensor, options: LateralMaskOptions = {}): Tensor4D {
  const name = 'lateralMaskFactor'
  const rule = lateralMaskRule(name, options)
  return tidy(() => {
    const mask = rule(gradient)
    return mask.shape[3] === 1 ? mask : (applyMask(onesLike(gradient), mask) as Tensor4D)
  })
}

/** The mask of each set as a function of the gradient, for options that are checked here. */
export function lateralMaskRule(name: string, options: LateralMaskOptions): (gradient: Tensor) => Tensor4D {
  const filter = resolveFilter(name, options)
  return maskRule(name, options, (norms) => logResponse(norms, filter))
}

/** The kernel and its padding, checked. */
export function resolveFilter(name: string, options: LateralMaskOptions): LogFilter {
  const { padding = 'reflect' } = options
  if (!['reflect', 'zero'].includes(padding)) throw invalid(name, 'padding', "one of 'reflect', 'zero'", `'${padding}'`)
  return { ...logWeights(name, options), padding }
}

/** A mask from a response to the norms of the minicolumns. */
export function maskRule(
  name: string,
  { sets = 1, threshold }: MaskOptions,
  response: (norms: Tensor4D) => Tensor4D,
): (gradient: Tensor) => Tensor4D {
  checkSets(name, sets)
  const limit = resolveThreshold(name, threshold)
  return (gradient) => {
    const norms = setNorms(name, gradient, sets)
    // The kernels of a convolution and of topk are not made for a batch of nothing.
    if (gradient.size === 0) return zeros(norms.shape)
    return thresholdMask(response(norms), limit)
  }
}
