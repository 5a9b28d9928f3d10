import type { Tensor } from '@tensorflow/tfjs-core'

/**
 * Where a gradient is accelerated and how much: `s(x)` in `φ'(x) + s(x)`. `gaussian`, `shiftedSigmoid` and `constant`
 * make one; so may you. Number by number; both functions return a new tensor of the shape of `x` or one that broadcasts.
 */
export interface AccelerationShape {
  /** `s(x)`. */
  value(x: Tensor): Tensor
  /** `s'(x)`, which only the literal form needs. */
  derivative(x: Tensor): Tensor
}
