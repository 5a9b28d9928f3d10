import { type LateralMaskOptions, lateralMaskFactor } from '@gg/lateral-mask'
import { mean, mul, onesLike, type Tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'

/** The numbers of a new tensor, which is disposed. */
export const read = (made: Tensor): number[] => {
  const numbers = Array.from(made.dataSync())
  made.dispose()
  return numbers
}
/** The mask, with a number for each number of the gradient. */
export const maskOf = (g: Tensor, options?: LateralMaskOptions): number[] =>
  read(tidy(() => mul(lateralMaskFactor(g, options), onesLike(g))))
/** The fraction of positions that pass. */
export const keptOf = (g: Tensor, options?: LateralMaskOptions): number =>
  read(tidy(() => mean(lateralMaskFactor(g, options))))[0]!
export const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** Sets, thresholds, paddings and kernels, all combined. */
export const everyOption: readonly LateralMaskOptions[] = ([1, 2, 'channels'] as const).flatMap((sets) =>
  [{ std: 0.5 }, { absolute: 0.2 }, { keep: 0.3 }].flatMap((threshold) =>
    (['reflect', 'zero'] as const).flatMap((padding) =>
      [true, false].map((zeroSum) => ({ sets, threshold, padding, zeroSum }) as const),
    ),
  ),
)
export const seeds: fc.Arbitrary<number> = fc.integer({ min: 1, max: 60_000 })
export const options: fc.Arbitrary<LateralMaskOptions> = fc.constantFrom(...everyOption)
