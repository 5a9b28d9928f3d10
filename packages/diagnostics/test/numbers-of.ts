import { type Rank, type ShapeMap, type Tensor, tensor } from '@tensorflow/tfjs-core'

/** The inputs of vectors/diagnostics.py: integers by a formula, divided by a power of two, so exact in float32. */
export function numbersOf<R extends Rank>(shape: readonly number[], seed: number): Tensor<R> {
  return tensor<R>(Float32Array.from(formula(shape, seed)), [...shape] as ShapeMap[R])
}

/** Gradients as behind a mask: what lies near 0 is 0. */
export function maskedGradientsOf(shape: readonly number[], seed: number): Tensor {
  const gradients = formula(shape, seed).map((g) => (Math.abs(g) < 0.25 ? 0 : g))
  return tensor(Float32Array.from(gradients), [...shape])
}

/** Feature maps whose channels have to do with each other: each is itself and half of all before it, and an offset. */
export function mapsOf(shape: readonly number[], seed: number): Tensor {
  const channels = shape.at(-1) ?? 1
  const maps = formula(shape, seed)
  const mixed = maps.map((_, i) => {
    const channel = i % channels
    const before = maps.slice(i - channel, i).reduce((a, b) => a + b, 0)
    return 2 * (maps[i] ?? 0) + before + channel * 0.25
  })
  return tensor(Float32Array.from(mixed), [...shape])
}

function formula(shape: readonly number[], seed: number): readonly number[] {
  const size = shape.reduce((product, n) => product * n, 1)
  return Array.from({ length: size }, (_, i) => (((31 * i * i + 24001 * i + 104729 * seed) % 65521) - 32760) * 2 ** -15)
}
