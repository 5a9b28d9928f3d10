import { type Tensor, tensor } from '@tensorflow/tfjs-core'

/** Numbers between -1 and 1 that look random and are the same each time (a linear congruential generator). */
export function randomNumbers(shape: readonly number[], seed: number): Tensor {
  const size = shape.reduce((product, n) => product * n, 1)
  let state = seed
  const values = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state / 2 ** 31
  })
  return tensor(values, [...shape])
}
