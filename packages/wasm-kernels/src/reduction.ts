import { util } from '@tensorflow/tfjs-core'

/** A reduction, as far as shapes say. */
export interface Reduction {
  /** The shape of the result. */
  readonly shape: number[]
  /** How many numbers go into one of the result. */
  readonly count: number
  /**
   * Sizes of kept and of reduced axes in turn, beginning and ending with kept ones: neighbours of one kind are one, and
   * axes of size 1 none. `[64, 32, 32, 16]` over `[1, 2]` is `[64, 1024, 16]`; over `[0, 3]` it is
   * `[1, 64, 1024, 16, 1]`.
   */
  readonly groups: readonly number[]
}

/** Looks at a tensor of shape `shape` that is reduced over `axis`. */
export function reduction(shape: readonly number[], axis: number | readonly number[], keepDims: boolean): Reduction {
  const axes = util.parseAxisParam(axis as number | number[], shape as number[])
  const kept: number[] = []
  const groups = [1]
  let count = 1
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i] as number
    const isReduced = axes.includes(i)
    if (isReduced) count *= size
    if (!isReduced) kept.push(size)
    else if (keepDims) kept.push(1)
    if (size === 1) continue
    // Groups at odd places are reduced.
    const last = groups.length - 1
    if (isReduced === (last % 2 === 1)) groups[last] = (groups[last] as number) * size
    else groups.push(size)
  }
  if (groups.length % 2 === 0) groups.push(1)
  return { shape: kept, count, groups }
}
