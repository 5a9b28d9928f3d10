/** One comparison of a gradient with the function's own differences. */
export interface GradientProbe {
  /** The path of the tensor in the inputs; empty if the inputs are one tensor. */
  readonly path: string
  /** Along the signs of the gradient, along random signs, or one number by itself. */
  readonly kind: 'gradient' | 'direction' | 'entry'
  /** The position of that number. */
  readonly index: readonly number[] | undefined
  /** What the gradient says. */
  readonly analytic: number
  /** What the function does. */
  readonly numeric: number
  /** How far `numeric` may be off. */
  readonly uncertainty: number
  /** `|analytic - numeric| / max(|analytic|, |numeric|)`. */
  readonly relativeError: number
  /** The error in units of what is allowed: above 1 the probe fails. */
  readonly excess: number
  /** The function bends at this very point, so that any subgradient passes. */
  readonly kink: boolean
}

/** What was found for one tensor of the inputs. */
export interface LeafReport {
  readonly path: string
  readonly shape: readonly number[]
  readonly probes: readonly GradientProbe[]
  /**
   * The smallest relative error of the gradient as a whole that rounding leaves visible. Far above the tolerance the
   * check says little: scale the inputs, or check a smaller part.
   */
  readonly resolution: number
}

/** What `checkGradient` found. Plain data. */
export interface GradientReport {
  /** True if no probe fails. */
  readonly ok: boolean
  /**
   * The probe that is worst beside what is allowed to it, a number by itself before a direction if both fail;
   * `undefined` for inputs without numbers.
   */
  readonly worst: GradientProbe | undefined
  readonly leaves: readonly LeafReport[]
  readonly tolerance: number
}

/** Sorts by how much a probe fails; among those that do, numbers by themselves come first, since they name a place. */
export function worstFirst(probes: readonly GradientProbe[]): readonly GradientProbe[] {
  const rank = ({ kind, excess }: GradientProbe): number => (excess <= 1 ? 0 : kind === 'entry' ? 2 : 1)
  return [...probes].sort((a, b) => rank(b) - rank(a) || (a.excess < b.excess ? 1 : -1))
}
