import { directionalDerivative, roundingNoise } from './directional-derivative.ts'
import type { GradientProbe } from './gradient-report.ts'
import { rootMeanSquare } from './numerical-gradient.ts'
import type { LeafValues, Objective } from './objective.ts'
import { randomSigns } from './random-signs.ts'

/** Compares gradient and function along one direction of one tensor. */
export type Probe = (kind: GradientProbe['kind'], direction: Float32Array, index?: readonly number[]) => GradientProbe

/** Measures the rounding of the objective around one tensor, and returns what probes that tensor. */
export function createProbe(
  objective: Objective,
  { path, values }: LeafValues,
  leaf: number,
  gradient: Float32Array,
  tolerance: number,
  uniform: () => number,
): Probe {
  const scale = rootMeanSquare(values)
  const along = (direction: Float32Array) => (distance: number) =>
    objective.at(
      leaf,
      values.map((x, i) => x + distance * (direction[i] as number)),
    )
  const measured = roundingNoise(along(randomSigns(values.length, uniform)), scale)
  const noise = Math.max(measured, objective.roundingFloor)
  const size = gradient.reduce((largest, g) => Math.max(largest, Math.abs(g)), 0)
  return (kind, direction, index) => {
    const { value, uncertainty, kink } = directionalDerivative(along(direction), scale, noise)
    const analytic = direction.reduce((total, v, i) => total + v * (gradient[i] as number), 0)
    const moved = Math.sqrt(direction.reduce((total, v) => total + v * v, 0))
    const largest = Math.max(Math.abs(analytic), Math.abs(value))
    const error = Math.abs(analytic - value)
    const allowed = tolerance * largest + uncertainty + 2 ** -18 * size * moved
    return {
      path,
      kind,
      index,
      analytic,
      numeric: value,
      uncertainty,
      relativeError: error === 0 ? 0 : error / largest,
      // A NaN on either side is an error, and must not pass by comparing as false.
      excess: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error === 0 ? 0 : error / allowed,
      kink,
    }
  }
}
