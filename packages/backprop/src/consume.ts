import type { Tensor } from '@tensorflow/tfjs-core'

/** Hands a tensor over and disposes it: maps are large, and a scope would hold all of them to its end. */
export function consume<T extends Tensor, R extends Tensor>(x: T, f: (x: T) => R): R {
  const result = f(x)
  x.dispose()
  return result
}
