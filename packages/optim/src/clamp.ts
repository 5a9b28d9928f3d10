import { maximum, minimum, type Tensor } from '@tensorflow/tfjs-core'

/**
 * `x`, but at least `min` and at most `max`, and NaN for NaN. `clipByValue` of the WASM backend returns `min` for NaN;
 * `maximum` and `minimum` there keep a NaN of their first argument only, hence the order.
 */
export function clamp(x: Tensor, min: number, max: number): Tensor {
  return minimum(maximum(x, min), max)
}
