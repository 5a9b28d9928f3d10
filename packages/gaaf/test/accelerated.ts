import {
  type AcceleratedActivation,
  type AccelerateOptions,
  type ActivationDefinition,
  accelerate,
  constant,
  gaussian,
  shiftedSigmoid,
} from '@gg/gaaf'
import { add, mul, sigmoid, sub } from '@tensorflow/tfjs-core'

/** An activation that a user would bring along: x σ(x). */
const swish: ActivationDefinition = {
  forward: (x) => mul(x, sigmoid(x)),
  derivative: (x, y) => {
    const s = sigmoid(x)
    return add(y, mul(s, sub(1, y)))
  },
}

/** The options of vectors/gaaf.py, in which a shape is a name and its numbers. */
export type NamedOptions = Omit<AccelerateOptions, 'shape'> & { readonly shape?: readonly [string, ...number[]] }

/** The activation of a case of vectors/gaaf.py. */
export function accelerated(activation: string, { shape: named, ...rest }: NamedOptions): AcceleratedActivation {
  const makers: { readonly [name: string]: typeof gaussian | typeof constant } = { gaussian, shiftedSigmoid, constant }
  const [name, ...numbers] = named ?? []
  const shape = name === undefined ? undefined : makers[name]!(...(numbers as [number]))
  if (activation === 'swish') return accelerate(swish, { shape: constant(0.5), ...rest, ...(shape && { shape }) })
  return accelerate(activation as 'relu', { ...rest, ...(shape && { shape }) })
}
