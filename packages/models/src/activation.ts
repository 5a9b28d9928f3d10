import { relu, sigmoid, type Tensor, tanh } from '@tensorflow/tfjs-core'
import { glorotUniform, heNormal, type Initializer } from './initializer.ts'
import { ModelError } from './model-error.ts'

/** A nonlinearity, number by number: one of the names, or a function that returns a new tensor of the same shape. */
export type Activation = 'relu' | 'tanh' | 'sigmoid' | ((x: Tensor) => Tensor)

const byName: ReadonlyMap<string, (x: Tensor) => Tensor> = new Map(Object.entries({ relu, tanh, sigmoid }))

/** The function that an activation stands for. `name` is the function that speaks in errors. */
export function activationFunction(name: string, activation: Activation): <T extends Tensor>(x: T) => T {
  const found = typeof activation === 'function' ? activation : byName.get(activation)
  // Shapes stay, which the type of a function without type parameters cannot say.
  if (found !== undefined) return found as <T extends Tensor>(x: T) => T
  throw new ModelError(
    'INVALID_ARGUMENT',
    `${name}: \`activation\` must be one of 'relu', 'tanh', 'sigmoid' or a function, got '${activation}'.`,
  )
}

/** He for ReLU, and for functions, which are most often kin of it; Glorot for those that saturate on both sides. */
export function initializerFor(activation: Activation): Initializer {
  return activation === 'tanh' || activation === 'sigmoid' ? glorotUniform : heNormal
}
