import type { Tensor } from '@tensorflow/tfjs-core'
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
}
