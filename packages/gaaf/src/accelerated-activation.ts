import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import type { ActivationName } from './activation-definition.ts'

/** An activation whose gradient is accelerated. Use it wherever an activation function goes. */
export interface AcceleratedActivation {
  /** `φ(x)`, with the accelerated gradient. Borrows `x`; the result is new. */
  <T extends Tensor>(x: T): T
  /** By this those know it who must, such as layers that rely on a ReLU's gradient being 0 where its input is below 0. */
  readonly accelerated: true
  /** Of which activation; `'custom'` for one of your own. */
  readonly activation: ActivationName | 'custom'
  readonly form: 'exact' | 'literal'
  /** `φ'(x) + strength · s(x)`: by what the exact form multiplies a gradient. Borrows `x`; the result is new. */
  derivative(x: Tensor): Tensor
  /**
   * `φ(z + bias)` with one number of `bias` a channel, the last axis of `z`, as one node of the tape: where there is a
   * kernel, bias and activation are one pass over memory in each direction. Of the exact form of a ReLU whose gradient
   * is not rescaled; the others have none. Borrows both; the result is new; both are kept for the backward pass.
   */
  readonly afterBias?: <T extends Tensor>(z: T, bias: Tensor1D) => T
}
