import { GradientTransformationError } from '@gg/core'

/**
 * How large a response must be to pass. Each sample and feature set is judged by itself.
 *
 * - `{ std: c }`: at least `c` times the standard deviation of the set's responses over the map. Invariant to the size
 *   of the gradient, which shrinks by orders of magnitude over training.
 * - `{ absolute: ε }`: at least `ε`, the paper's form. A fixed ε turns into a mask of ones early or of zeros late.
 * - `{ keep: q }`: the `round(q · height · width)` largest, one or more; equal ones at the limit all pass.
 */
export type Threshold = { readonly std: number } | { readonly absolute: number } | { readonly keep: number }

/** Options that the masks share. */
export interface MaskOptions {
  /**
   * K, the number of feature sets, into which the channels are split in their order; a whole number that divides them,
   * or `'channels'` for a set of each channel (K = C, the paper's "per cell"). 1 by default: one mask for all channels.
   */
  readonly sets?: number | 'channels'
  /** `{ std: 0.5 }` by default; ours, since the source is silent on ε. */
  readonly threshold?: Threshold
}

/** The threshold as a kind and its number, checked; the default if there is none. */
export function resolveThreshold(name: string, threshold: Threshold = { std: 0.5 }): readonly [string, number] {
  const [entry, ...more] = Object.entries(threshold)
  const [kind = '', value = Number.NaN] = entry ?? []
  if (more.length > 0 || !['std', 'absolute', 'keep'].includes(kind)) {
    throw invalid(name, 'threshold', 'one of { std }, { absolute }, { keep }', JSON.stringify(threshold))
  }
  const [fits, range] =
    kind === 'keep'
      ? [value > 0 && value <= 1, 'above 0 and at most 1']
      : [value >= 0 && value < Number.POSITIVE_INFINITY, 'a finite number of 0 or more']
  if (!fits) throw invalid(name, `threshold.${kind}`, range, value)
  return [kind, value]
}

/** Refuses a number of sets that no map can have. */
export function checkSets(name: string, sets: number | 'channels'): void {
  if (sets === 'channels' || (Number.isInteger(sets) && sets >= 1)) return
  throw invalid(name, 'sets', "a whole number of 1 or more or 'channels'", sets)
}

/** The error of an option out of its range. */
export function invalid(
  name: string,
  argument: string,
  expected: string,
  found: number | string,
): GradientTransformationError {
  return new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`${argument}\` must be ${expected}, got ${found}.`,
  )
}
