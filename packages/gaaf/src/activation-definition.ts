import { mul, relu, sigmoid, square, step, sub, type Tensor, tanh } from '@tensorflow/tfjs-core'
import type { AccelerationShape } from './acceleration-shape.ts'
import { gaussian } from './gaussian.ts'
import { shiftedSigmoid } from './shifted-sigmoid.ts'

/** An activation `φ` and its derivative, number by number: all that `accelerate` needs to know of it. */
export interface ActivationDefinition {
  /** `φ(x)`, a new tensor of the shape of `x`. */
  forward(x: Tensor): Tensor
  /** `φ'(x)`; `y` is `φ(x)`, for activations whose derivative is shorter in it. */
  derivative(x: Tensor, y: Tensor): Tensor
}

/** The activations that `accelerate` knows. */
export type ActivationName = 'relu' | 'sigmoid' | 'tanh'

/** The known activations, with the shape that each gets. */
export const ACTIVATIONS: {
  readonly [name in ActivationName]: ActivationDefinition & { readonly shape: () => AccelerationShape }
} = {
  relu: {
    forward: relu,
    // 0 at 0, as in PyTorch and tfjs.
    derivative: (x) => step(x),
    shape: () => shiftedSigmoid(),
  },
  sigmoid: {
    forward: sigmoid,
    derivative: (_, y) => mul(y, sub(1, y)),
    // That of tanh, seen through σ(x) = (1 + tanh(x/2)) / 2.
    shape: () => gaussian(16, 1 / 4),
  },
  tanh: {
    forward: tanh,
    derivative: (_, y) => sub(1, square(y)),
    shape: () => gaussian(),
  },
}
