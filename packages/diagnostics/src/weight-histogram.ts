import { namedLeaves, type Tree } from '@gg/core'
import { binEdges } from './bin-fractions.ts'
import { checkBins, checkRange } from './check-option.ts'
import { numbers } from './reading.ts'

/** Options of `weightHistogram`. */
export interface WeightHistogramOptions {
  /** The number of bins; 32 by default. */
  readonly bins?: number
  /** The ends of the histogram, for tensors to be compared; by default the smallest and largest number of each tensor. */
  readonly range?: readonly [low: number, high: number]
}

/** The distribution of the numbers of one tensor. */
export type WeightHistogram = {
  /** The path of the tensor within the tree. */
  readonly path: string
  /** How many numbers it has. */
  readonly size: number
  /** The mean of the numbers that are finite. */
  readonly mean: number
  /** The standard deviation, of the population, of the numbers that are finite. */
  readonly deviation: number
  /** The smallest and the largest number that is finite; 0 where there is none. */
  readonly min: number
  readonly max: number
  /** The edges of the bins, one more than there are bins. */
  readonly edges: readonly number[]
  /** How many numbers lie in each bin. A bin has its lower edge; the last one has both, as in NumPy. */
  readonly counts: readonly number[]
  /** How many numbers lie outside of the range, infinities among them. */
  readonly outside: number
  /** How many numbers are not one. */
  readonly nan: number
}

/**
 * Counts the weights of a model, or the leaves of any tree, into histograms: one of the four views of Hahn and Choi's
 * analysis of dropout (2018). It is a function and not a transformation, because weights can be looked at at any time;
 * for what passes a place in training, see `saturation`.
 *
 * Shapes: any, of float32 or int32. Exact counts, in float64. Memory: borrows the tree; reads its values back, so not
 * for the inside of a training step. It asks for all values before it waits.
 *
 * @param params - A tree of tensors.
 * @param options - Bins and range.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range.
 *
 * @example
 * ```ts
 * import { weightHistogram } from '@gg/diagnostics'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const [kernel] = await weightHistogram({ kernel: tf.tensor1d([-1, 0, 0.5, 1]) }, { bins: 2 })
 * console.log(kernel?.path, kernel?.edges, kernel?.counts, kernel?.mean) // → kernel [ -1, 0, 1 ] [ 1, 3 ] 0.125
 * ```
 */
export async function weightHistogram(
  params: Tree,
  { bins = 32, range }: WeightHistogramOptions = {},
): Promise<readonly WeightHistogram[]> {
  checkBins('weightHistogram', bins)
  if (range !== undefined) checkRange('weightHistogram', range)
  return Promise.all(
    namedLeaves(params).map(async ([path, leaf]) => ({ path, ...describe(await numbers(leaf), bins, range) })),
  )
}

function describe(
  all: readonly number[],
  bins: number,
  range: readonly [low: number, high: number] | undefined,
): Omit<WeightHistogram, 'path'> {
  const finite = all.filter(Number.isFinite)
  const mean = average(finite)
  const [min, max] = finite.length === 0 ? [0, 0] : [finite.reduce(smaller), finite.reduce(larger)]
  // Numbers that are all the same get a bin of width 1 around them, as in NumPy.
  const [low, high] = range ?? (min < max ? [min, max] : [min - 0.5, max + 0.5])
  const counts = new Array<number>(bins).fill(0)
  for (const x of finite) {
    if (x < low || x > high) continue
    const bin = Math.min(bins - 1, Math.floor(((x - low) / (high - low)) * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const nan = all.filter(Number.isNaN).length
  return {
    size: all.length,
    mean,
    deviation: Math.sqrt(average(finite.map((x) => (x - mean) ** 2))),
    min,
    max,
    edges: binEdges(bins, [low, high]),
    counts,
    outside: all.length - nan - counts.reduce((a, b) => a + b, 0),
    nan,
  }
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length
}

function smaller(a: number, b: number): number {
  return Math.min(a, b)
}

function larger(a: number, b: number): number {
  return Math.max(a, b)
}
