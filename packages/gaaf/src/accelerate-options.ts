import { GradientTransformationError } from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { AccelerationShape } from './acceleration-shape.ts'
import { ACTIVATIONS, type ActivationDefinition, type ActivationName } from './activation-definition.ts'
import { checkFinite } from './check-finite.ts'

/** Options of `accelerate`. */
export interface AccelerateOptions {
  /**
   * `s`: where the gradient is accelerated. By default, and fitted to the paper's figure, `gaussian(4)` for tanh and
   * `shiftedSigmoid(5, 0.5)` for ReLU. For the sigmoid the paper has none; ours is that of tanh in the sigmoid's units,
   * `gaussian(16, 1/4)`. An activation of your own has no default.
   */
  readonly shape?: AccelerationShape
  /**
   * `'exact'` (default): `φ` forward, `φ' + s` backward. `'literal'`: the paper's sawtooth is added to `φ`, and the
   * gradient is that of the sum.
   */
  readonly form?: 'exact' | 'literal'
  /** K of the literal form: its teeth are `1/K` wide and high. Finite and above 0; 10,000 by default, as in the paper. */
  readonly K?: number
  /**
   * A factor of `s`, finite: 1 by default, as in the paper; 0 is the plain activation. A function is asked once for each
   * forward pass: to follow a schedule, let it ask the schedule for the step you are at. Ours.
   */
  readonly strength?: number | (() => number)
  /**
   * `'none'` (default), as in the paper. `'preserve-norm'`: the gradient is multiplied by one number, so that its L2 norm,
   * over the whole tensor, is what `φ'` alone would give; a control, see `accelerate`. Ours.
   */
  readonly rescale?: 'none' | 'preserve-norm'
}

/** What is accelerated and how, with all defaults in place. */
export interface Acceleration {
  readonly name: ActivationName | undefined
  readonly phi: ActivationDefinition
  readonly shape: AccelerationShape
  readonly form: 'exact' | 'literal'
  readonly K: number
  readonly rescale: 'none' | 'preserve-norm'
  /** The strength at this forward pass. */
  readonly strengthNow: () => number
}

/** The options with their defaults, checked. */
export function resolveAcceleration(
  activation: ActivationName | ActivationDefinition,
  options: AccelerateOptions,
): Acceleration {
  const { form = 'exact', K = 10_000, strength = 1, rescale = 'none' } = options
  const name = typeof activation === 'string' ? activation : undefined
  const known = name === undefined ? undefined : ACTIVATIONS[name]
  const phi = known ?? activation
  const shape = options.shape ?? known?.shape()
  if (typeof phi === 'string') {
    throw invalid('activation', "one of 'relu', 'sigmoid', 'tanh' or a definition", `'${phi}'`)
  }
  if (shape === undefined) throw invalid('shape', 'given for an activation of your own', 'undefined')
  if (!['exact', 'literal'].includes(form)) throw invalid('form', "one of 'exact', 'literal'", `'${form}'`)
  if (!['none', 'preserve-norm'].includes(rescale)) {
    throw invalid('rescale', "one of 'none', 'preserve-norm'", `'${rescale}'`)
  }
  checkFinite('accelerate', 'K', K, K > 0, 'a finite number above 0')
  if (typeof strength === 'number') checkFinite('accelerate', 'strength', strength)
  const strengthNow = (): number => {
    const now = typeof strength === 'function' ? strength() : strength
    checkFinite('accelerate', 'strength', now)
    return now
  }
  return { name, phi, shape, form, K, rescale, strengthNow }
}

/** Refuses integers, which have no gradient. */
export function checkFloat(argument: string, { dtype }: Tensor): void {
  if (dtype !== 'float32') throw invalid(argument, 'float32', dtype)
}

/** The error of an argument that does not fit. */
export function invalid(argument: string, expected: string, found: string): GradientTransformationError {
  return new GradientTransformationError(
    'INVALID_ARGUMENT',
    `accelerate: \`${argument}\` must be ${expected}, got ${found}.`,
  )
}
