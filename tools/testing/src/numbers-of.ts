import { type Rank, type ShapeMap, type Tensor, tensor } from '@tensorflow/tfjs-core'

/**
 * The inputs that `vectors/common.py` makes too, so that golden files hold outputs alone: whole numbers by a formula,
 * divided by a power of two, so exact in float32.
 */
export function numbersOf<R extends Rank>(shape: readonly number[], seed: number, scale = 1): Tensor<R> {
  const size = shape.reduce((product, n) => product * n, 1)
  const number = (_: unknown, i: number) =>
    (((31 * i * i + 24001 * i + 104729 * seed) % 65521) - 32760) * 2 ** -15 * scale
  return tensor<R>(Float32Array.from({ length: size }, number), [...shape] as ShapeMap[R])
}
