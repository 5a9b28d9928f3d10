import { isNaN as isNotANumber, sign, type Tensor, where } from '@tensorflow/tfjs-core'

/** The sign, -1, 0 or 1, and NaN for NaN: tfjs' own `sign` makes 0 of it, which hides a broken gradient for good. */
export function signKeepingNan(x: Tensor): Tensor {
  return where(isNotANumber(x), x, sign(x))
}
