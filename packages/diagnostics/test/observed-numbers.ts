import { numbersOf } from '@gg/testing'
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'

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
  return tidy(() => Array.from(numbersOf(shape, seed).dataSync()))
}
