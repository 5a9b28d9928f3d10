import { isNaN as isNotANumber, maximum, minimum, type Tensor, where } from '@tensorflow/tfjs-core'

/** The greater of two, and NaN if either is NaN: tfjs' `maximum` on WASM drops a NaN of its second argument. */
export function maximumKeepingNan(a: Tensor, b: Tensor): Tensor {
  return where(isNotANumber(b), b, maximum(a, b))
}

/** The lesser of two, and NaN if either is NaN: tfjs' `minimum` on WASM drops a NaN of its second argument. */
export function minimumKeepingNan(a: Tensor, b: Tensor): Tensor {
  return where(isNotANumber(b), b, minimum(a, b))
}
