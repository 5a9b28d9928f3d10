import type { Schedule } from '@gg/core'
import { checkArgument } from './check-argument.ts'

/** Options of `cosineDecaySchedule`. */
export interface CosineDecayScheduleOptions {
  /** `I`, the value at count 0. */
  readonly initValue: number
  /** `T`, the length of the decay in updates, above 0. */
  readonly decaySteps: number
  /** `α`, the value at the end as a part of `initValue`; 0 unless given. */
  readonly alpha?: number
  /** `p`, the power of the cosine term, above 0; 1 unless given. */
  readonly exponent?: number
}

/**
 * Falls along half a cosine wave, slowly at both ends.
 *
 * `I · ((1 - α) · (½(1 + cos(π t/T)))^p + α)` for `t ≤ T`, `α I` after. Loshchilov and Hutter, "SGDR: Stochastic
 * Gradient Descent with Warm Restarts" (2017), eq. 5, one cycle.
 *
 * @param options - The value, the length in updates, where to end, and the power.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a length or exponent of 0 or less.
 *
 * @example
 * ```ts
 * import { cosineDecaySchedule } from '@gg/optim'
 *
 * const schedule = cosineDecaySchedule({ initValue: 1, decaySteps: 4 })
 * console.log([0, 1, 2, 3, 4].map((count) => schedule(count).toFixed(3)).join(' ')) // → 1.000 0.854 0.500 0.146 0.000
 * ```
 */
export function cosineDecaySchedule(options: CosineDecayScheduleOptions): Schedule {
  return cosineDecay('cosineDecaySchedule', options)
}

/** `cosineDecaySchedule` under the name of the function that its caller knows. */
export function cosineDecay(
  name: string,
  { initValue, decaySteps, alpha = 0, exponent = 1 }: CosineDecayScheduleOptions,
): Schedule {
  checkArgument(Number.isFinite(initValue), name, 'initValue', 'finite', initValue)
  checkArgument(decaySteps > 0, name, 'decaySteps', 'above 0', decaySteps)
  checkArgument(Number.isFinite(alpha), name, 'alpha', 'finite', alpha)
  checkArgument(exponent > 0, name, 'exponent', 'above 0', exponent)
  return (count) => {
    const cosine = 0.5 * (1 + Math.cos((Math.PI * Math.min(count, decaySteps)) / decaySteps))
    return initValue * ((1 - alpha) * cosine ** exponent + alpha)
  }
}
