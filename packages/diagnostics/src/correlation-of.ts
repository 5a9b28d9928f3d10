/** Correlations from a covariance, row by row, of nodes with these means. */
export function correlationOf(
  means: readonly number[],
  covariance: readonly number[],
): {
  readonly meanAbsCorrelation: number
  readonly maxAbsCorrelation: number
  readonly varying: number
  readonly means: readonly number[]
  readonly deviations: readonly number[]
  readonly correlation: readonly (readonly number[])[]
} {
  const nodes = means.length
  const deviations = means.map((_, i) => Math.sqrt(Math.max(0, covariance[i * nodes + i] ?? 0)))
  const varies = deviations.map((deviation, i) => !isRounding(deviation, means[i] ?? 0))
  const correlation = deviations.map((deviation, i) =>
    deviations.map((other, j) => {
      if (!varies[i] || !varies[j]) return 0
      if (i === j) return 1
      return bounded((covariance[i * nodes + j] ?? 0) / (deviation * other))
    }),
  )
  const varying = varies.filter(Boolean).length
  const pairs = correlation.flatMap((row, i) => row.slice(0, i).map(Math.abs))
  return {
    // Pairs with a node that does not vary add 0 and do not count.
    meanAbsCorrelation: varying < 2 ? 0 : pairs.reduce((a, b) => a + b) / ((varying * (varying - 1)) / 2),
    maxAbsCorrelation: pairs.reduce((a, b) => Math.max(a, b), 0),
    varying,
    means,
    deviations,
    correlation,
  }
}

/** A node that says one number has a mean that float32 rounds, and so a deviation that is not quite 0. */
function isRounding(deviation: number, mean: number): boolean {
  return deviation <= 1e-6 * Math.abs(mean)
}

/** Within [-1, 1], from which float32 strays; NaN stays. */
function bounded(r: number): number {
  return Math.min(1, Math.max(-1, r))
}
