import type { Tree } from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type CheckGradientOptions, checkGradient } from './check-gradient.ts'
import { GradientCheckError } from './gradient-check-error.ts'
import { type GradientProbe, type GradientReport, worstFirst } from './gradient-report.ts'

/**
 * Throws a readable error unless the gradient of `f` is right: `checkGradient` as an assertion, for any test runner.
 *
 * Memory, cost, shapes and what it can see: as `checkGradient`.
 *
 * @param f - The function to check.
 * @param inputs - The point at which to check.
 * @param options - As for `checkGradient`.
 * @returns The report, for what else a test wants to know.
 * @throws GradientCheckError `WRONG_GRADIENT`, with the worst numbers; else as `checkGradient`.
 *
 * @example
 * ```ts
 * import { expectGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const x = tf.tensor1d([1, 2])
 * const twiceTooLarge = (x: tf.Tensor, dy: tf.Tensor) => tf.mul(tf.mul(dy, 4), x)
 * try {
 *   expectGradient((x: tf.Tensor) => tf.square(x), x, { gradient: twiceTooLarge })
 * } catch (error) {
 *   console.log((error as Error).message.split('\n')[0]) // → expectGradient: the gradient of `f` must be what differences say, got 6 of 6 probes wrong.
 * }
 * ```
 */
export function expectGradient<P extends Tree>(
  f: (inputs: P) => Tensor,
  inputs: P,
  options: CheckGradientOptions<P> = {},
): GradientReport {
  const report = checkGradient(f, inputs, options)
  if (report.ok) return report
  const probes = report.leaves.flatMap((leaf) => leaf.probes)
  const wrong = worstFirst(probes).filter((probe) => probe.excess > 1)
  throw new GradientCheckError(
    'WRONG_GRADIENT',
    [
      'expectGradient: the gradient of `f` must be what differences say, got ' +
        `${wrong.length} of ${probes.length} probes wrong.`,
      ...wrong.slice(0, 5).map(sentence),
      ...(wrong.length > 5 ? [`  and ${wrong.length - 5} more`] : []),
    ].join('\n'),
  )
}

function sentence({ path, kind, index, analytic, numeric, uncertainty, relativeError }: GradientProbe): string {
  const place = { entry: `at [${index}]`, direction: 'along random signs', gradient: 'along its own signs' }[kind]
  const percent = `${(100 * relativeError).toPrecision(2)} %`
  return (
    `  ${path === '' ? 'the input' : `'${path}'`} ${place}: analytic ${analytic.toPrecision(6)}, ` +
    `numeric ${numeric.toPrecision(6)} ± ${uncertainty.toPrecision(1)}, ${percent} apart`
  )
}
