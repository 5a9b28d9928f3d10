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
  /**
   * Which of the known shapes it is, for kernels that compute activation and shape in one pass; a shape of your own has
   * none. With its two numbers: `gaussian` has -1/c and the height, `shiftedSigmoid` the slope and slope · shift,
   * `constant` the value and 0.
   */
  readonly formula?: readonly ['gaussian' | 'shiftedSigmoid' | 'constant', number, number]
}
