import { relu, sigmoid, type Tensor, type Tensor1D, tanh } from '@tensorflow/tfjs-core'
import { glorotUniform, heNormal, type Initializer } from './initializer.ts'
import { ModelError } from './model-error.ts'

/** A nonlinearity, number by number: one of the names, or a function. */
export type Activation = 'relu' | 'tanh' | 'sigmoid' | ActivationFunction

/** A nonlinearity of your own. It borrows its input and returns a new tensor of the same shape. */
export interface ActivationFunction {
  (x: Tensor): Tensor
  /**
   * The same of `z + bias`, with one number of `bias` a channel: for an activation that a kernel does along with the
   * bias in front of it, forward or backward. Layers call it where nothing lies in between.
   */
  afterBias?(z: Tensor, bias: Tensor1D): Tensor
}

const byName: ReadonlyMap<string, ActivationFunction> = new Map(Object.entries({ relu, tanh, sigmoid }))

/** The function that an activation stands for. `name` is the function that speaks in errors. */
export function activationFunction(name: string, activation: Activation): ActivationFunction {
  const found = typeof activation === 'function' ? activation : byName.get(activation)
  if (found !== undefined) return found
  throw new ModelError(
    'INVALID_ARGUMENT',
    `${name}: \`activation\` must be one of 'relu', 'tanh', 'sigmoid' or a function, got '${activation}'.`,
  )
}

/** He for ReLU, and for functions, which are most often kin of it; Glorot for those that saturate on both sides. */
export function initializerFor(activation: Activation): Initializer {
  return activation === 'tanh' || activation === 'sigmoid' ? glorotUniform : heNormal
}
