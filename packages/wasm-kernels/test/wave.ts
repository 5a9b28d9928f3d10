import { type Tensor, tensor } from '@tensorflow/tfjs-core'

/** The numbers from which `vectors/wasm-kernels.py` starts: round(steps * sin(0.7 * i + seed)) / steps. */
export function wave(shape: readonly number[], seed: number, steps = 64): Tensor {
  const size = shape.reduce((product, n) => product * n, 1)
  const values = Float32Array.from({ length: size }, (_, i) => Math.round(steps * Math.sin(0.7 * i + seed)) / steps)
  return tensor(values, [...shape])
}
