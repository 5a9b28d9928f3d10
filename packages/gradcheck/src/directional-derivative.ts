/** The change of the objective along one line, as differences found it. */
export interface NumericDerivative {
  /** `∂φ/∂t` along the direction. */
  readonly value: number
  /** How far off `value` may be, from rounding, curvature and kinks; no more than this is known. */
  readonly uncertainty: number
  /** `φ` bends at this very point, as a ReLU does at 0: any value between the slopes on both sides is a subgradient. */
  readonly kink: boolean
}

/** The objective at a distance from the inputs. */
export type Line = (distance: number) => number

/** From an eighth of the inputs' size down to where rounding takes over; each step a quarter of the one before. */
const STEPS = Array.from({ length: 7 }, (_, j) => 2 ** (-3 - 2 * j))

/**
 * The derivative at 0 of a function with rounding noise, by central differences at steps that shrink by 4, each pair
 * extrapolated (Richardson 1911) to `D = D_{j+1} + (D_{j+1} - D_j)/15`. Of the pairs the one with the smallest error
 * bar is taken: noise over the step, plus what the extrapolation moved, plus what the second difference says of kinks,
 * plus the distance to the next pair.
 *
 * On a smooth function the gap between the slopes ahead and behind shrinks like the step; at a kink it stays. So
 * `gap_{j+1} - gap_j/4` is near 0 for the former and most of the jump for the latter, but for a kink at four fifths of
 * the smaller step, where it is 0 too. That one is behind the next pair's steps, which differs.
 */
export function directionalDerivative(line: Line, scale: number, noise: number): NumericDerivative {
  const middle = line(0)
  let best: NumericDerivative = { value: Number.NaN, uncertainty: Number.POSITIVE_INFINITY, kink: false }
  let level: { readonly slope: number; readonly gap: number } | undefined
  let pair: NumericDerivative | undefined
  for (const step of STEPS) {
    const distance = step * scale
    const rounding = (6 * noise) / distance
    if (rounding > best.uncertainty) break
    const [ahead, behind] = [line(distance), line(-distance)]
    const next = { slope: (ahead - behind) / (2 * distance), gap: (ahead + behind - 2 * middle) / distance }
    if (level !== undefined) {
      const moved = (next.slope - level.slope) / 15
      const bend = Math.abs(next.gap - level.gap / 4)
      const value = next.slope + moved
      const found = {
        value,
        uncertainty: rounding + Math.abs(moved) + bend,
        kink: bend > 4 * rounding && bend > Math.abs(value) / 1000,
      }
      const apart = Math.abs(value - (pair ?? found).value)
      // Outside of the domain, of a logarithm say, differences are NaN, of which no comparison holds.
      for (const candidate of pair === undefined ? [] : [pair, found]) {
        const uncertainty = candidate.uncertainty + apart
        if (uncertainty < best.uncertainty) best = { ...candidate, uncertainty }
      }
      pair = found
    }
    level = next
  }
  return best
}

/** Nine points this far apart, relative to the inputs' size; the next spacing where the first leaves no trace. */
const SPACINGS = [2 ** -18, 2 ** -13, 2 ** -8]

/**
 * The standard deviation of the rounding of `φ`, from third differences over points so close together that only
 * rounding tells them apart (ECNoise, Moré and Wild 2011: `σ² = (3!)²/6! · mean(Δ³φ)²`). Where half of the neighbours
 * are equal the points are too close: a function that hardly moves would pass for one without rounding.
 */
export function roundingNoise(line: Line, scale: number): number {
  for (const spacing of SPACINGS) {
    const values = Array.from({ length: 9 }, (_, k) => line((k - 4) * scale * spacing))
    const steps = differences(values)
    const moved = steps.filter((d) => d !== 0)
    if (moved.length <= steps.length / 2) continue
    const third = differences(differences(steps))
    const deviation = Math.sqrt(third.reduce((total, d) => total + d * d, 0) / third.length / 20)
    // Stairs: WASM's sine has steps of 5e-7, forty times what float32 has near 0.01.
    return moved.length < steps.length ? Math.max(deviation, Math.min(...moved.map(Math.abs))) : deviation
  }
  return 0
}

function differences(values: readonly number[]): readonly number[] {
  return values.slice(1).map((value, i) => value - (values[i] as number))
}
