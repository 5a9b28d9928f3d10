import { type Rank, type ShapeMap, type Tensor, tensor } from '@tensorflow/tfjs-core'

interface Form {
  readonly scale?: number
  readonly shift?: number
  /** Round down to quarters, which makes ties. */
  readonly steps?: boolean
}

/** The inputs of vectors/backprop.py: integers by a formula, divided by a power of two, so exact in float32. */
export function numbersOf<R extends Rank>(shape: readonly number[], seed: number, form: Form = {}): Tensor<R> {
  const { scale = 1, shift = 0, steps = false } = form
  const size = shape.reduce((product, n) => product * n, 1)
  const number = (_: unknown, i: number) => {
    const x = (((31 * i * i + 24001 * i + 104729 * seed) % 65521) - 32760) * 2 ** -15 * scale + shift
    return steps ? Math.floor(4 * x) / 4 : x
  }
  return tensor<R>(Float32Array.from({ length: size }, number), [...shape] as ShapeMap[R])
}
