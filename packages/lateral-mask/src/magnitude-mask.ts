import { type EmptyState, type GradientTransformation, statelessWithTreeMap } from '@gg/core'
import { maskRule } from './lateral-mask-factor.ts'
import type { MaskOptions } from './mask-options.ts'
import { applyMask } from './set-norms.ts'

/**
 * The control that asks whether it is the contrast or the size that counts: `lateralMask` with the norm of the
 * minicolumn in place of its LoG, `δ'(k) = δ(k) ⊙ 1[‖δ(k)‖₂ ≥ ε]`. Compare at one `{ keep }`.
 *
 * In the source's ablation (ResNet-18 on CIFAR-100, no deviations given) it fell below the baseline: 75.86 % against
 * 78.2 %, and 80.26 % with the LoG (Jiang et al. 2022).
 *
 * Idempotent with `{ keep }` and `{ absolute }`. Shapes, state, memory and NaN as for `lateralMask`.
 *
 * @param options - The sets and the threshold; `{ std: c }` is c standard deviations of the norm, measured from 0.
 * @throws GradientTransformationError as `lateralMask`.
 *
 * @example
 * ```ts
 * import { magnitudeMask } from '@gg/lateral-mask'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = magnitudeMask({ threshold: { keep: 0.5 } })
 * const [updates] = tx.update(tf.tensor4d([1, -4, 2, 3], [1, 2, 2, 1]), {})
 * console.log(updates.dataSync().join(' ')) // → 0 -4 0 3
 * ```
 */
export function magnitudeMask(options: MaskOptions = {}): GradientTransformation<EmptyState> {
  const mask = maskRule('magnitudeMask', options, (norms) => norms)
  return statelessWithTreeMap((update) => applyMask(update, mask(update)))
}
