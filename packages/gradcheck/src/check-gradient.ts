import type { Tree } from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { analyticGradient, differentiate } from './analytic-gradient.ts'
import { checkLeaf } from './check-leaf.ts'
import { createProbe } from './create-probe.ts'
import { GradientCheckError } from './gradient-check-error.ts'
import { type GradientReport, worstFirst } from './gradient-report.ts'
import { createObjective, type Objective } from './objective.ts'
import { createUniform } from './random-signs.ts'

/** Options of `checkGradient`. */
export interface CheckGradientOptions<P extends Tree> {
  /**
   * The relative error that still passes, above 0; 1e-3 by default. Rounding comes on top, in the amount that was
   * measured.
   */
  readonly tolerance?: number
  /** A tensor of up to so many numbers is checked number by number, of a larger one so many are sampled. 64 by default. */
  readonly entries?: number
  /** How many random directions each tensor of more than one number is moved along as a whole. 3 by default. */
  readonly directions?: number
  /** Chooses entries and directions, a whole number; 0 by default. The same seed makes the same check. */
  readonly seed?: number
  /**
   * A gradient written by hand in place of tfjs' own: gets the inputs and the gradient `dy` of the output, returns a
   * tree like the inputs, whose tensors are disposed after they are read.
   */
  readonly gradient?: (inputs: P, dy: Tensor) => P
}

/**
 * Compares the gradient that tfjs computes with what the function itself does when its inputs move.
 *
 * Returns a report; `expectGradient` throws instead and belongs in tests. Use `numericalGradient` for the numbers alone.
 *
 * Made for float32, where a fixed step and tolerance cry wolf on one function and sleep on the next. The function's
 * rounding noise is measured first (ECNoise, Moré and Wild 2011). Then each probe takes central differences at up to
 * seven steps and keeps the extrapolated pair with the smallest error bar of noise, curvature and kinks. A probe fails if
 *
 *     |analytic - numeric| > tolerance · max(|analytic|, |numeric|) + uncertainty + 2⁻¹⁸ · the gradient's size
 *
 * where the last term is for the rounding of the analytic gradient. Probes of a tensor: along the signs of its gradient,
 * where the signal is largest; along random signs; number by number. An output of several numbers is weighted with
 * random numbers, so that no symmetry hides an error (all gradients of `sum(softmax(x))` are 0). At a kink, such as
 * `relu(0)` or a tie of a maximum, any subgradient passes. The procedure as a whole is ours.
 *
 * What it cannot see: errors below `resolution`, and in a tensor of more than `entries` numbers an error at few of
 * them, unless it is large beside the whole gradient.
 *
 * Shapes: any tree of float32 tensors, any float32 output. Deterministic. Memory: borrows `inputs`, leaves no tensor
 * behind, also when `f` throws. Reads values with `dataSync`, so it refuses webgpu outside of browsers.
 *
 * @param f - The function to check. It must be deterministic: pass dropout a seed.
 * @param inputs - The point at which to check; random numbers, away from kinks, say most.
 * @param options - Tolerance, amount of work, or a gradient of your own.
 * @throws GradientCheckError `INVALID_ARGUMENT`; `NOT_DETERMINISTIC` if two calls of `f` differ;
 *   `SYNCHRONOUS_READ` on webgpu outside of browsers.
 *   GradientTransformationError `NO_GRADIENT` if an operation of `f` has none.
 *
 * @example
 * ```ts
 * import { checkGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const x = tf.tensor1d([0.5, -1.5, 2])
 * console.log(checkGradient((x: tf.Tensor) => tf.tanh(x), x).ok) // → true
 *
 * const slip = (x: tf.Tensor, dy: tf.Tensor) => tf.mul(dy, tf.sub(1, tf.tanh(x))) // the square is missing
 * const { ok, worst } = checkGradient((x: tf.Tensor) => tf.tanh(x), x, { gradient: slip })
 * console.log(ok, worst?.kind, worst?.index) // → false entry [ 1 ]
 * ```
 */
export function checkGradient<P extends Tree>(
  f: (inputs: P) => Tensor,
  inputs: P,
  options: CheckGradientOptions<P> = {},
): GradientReport {
  const { tolerance = 1e-3, entries = 64, directions = 3, seed = 0, gradient = differentiate(f) } = options
  if (!(tolerance > 0 && tolerance < Number.POSITIVE_INFINITY)) {
    throw new GradientCheckError(
      'INVALID_ARGUMENT',
      `checkGradient: \`tolerance\` must be a finite number above 0, got ${tolerance}.`,
    )
  }
  const objective = createObjective('checkGradient', f, inputs, 'random')
  checkDeterministic(objective)
  const analytic = analyticGradient(gradient, inputs, objective)
  const uniform = createUniform(seed)
  const leaves = objective.leaves.map((leaf, i) => {
    const probe = createProbe(objective, leaf, i, analytic[i] as Float32Array, tolerance, uniform)
    return checkLeaf(leaf, analytic[i] as Float32Array, probe, { entries, directions, uniform })
  })
  const probes = leaves.flatMap((leaf) => leaf.probes)
  const [worst] = worstFirst(probes)
  return { ok: probes.every((probe) => probe.excess <= 1), worst, leaves, tolerance }
}

function checkDeterministic(objective: Objective): void {
  const [first, second] = [objective.at(), objective.at()]
  if (Object.is(first, second)) return
  throw new GradientCheckError(
    'NOT_DETERMINISTIC',
    `checkGradient: \`f\` must return the same for the same inputs, got ${first} and then ${second}. ` +
      'Give dropout and other randomness a seed.',
  )
}
