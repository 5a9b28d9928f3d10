import { mean, sqrt, square, type Tensor } from '@tensorflow/tfjs-core'

/** `√(mean(x²))` over all elements: a scalar. */
export function rootMeanSquare(x: Tensor): Tensor {
  return sqrt(mean(square(x)))
}
