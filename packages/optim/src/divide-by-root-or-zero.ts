import { add, equal, mul, rsqrt, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core'

/**
 * `g / √(sum + eps)`, and 0 where the sum of squares is 0: nothing has happened there yet. optax asks for a sum above 0,
 * which NaN is not, and returns 0 ever after; here NaN goes through.
 */
export function divideByRootOrZero(g: Tensor, sum: Tensor, eps: number): Tensor {
  return where(equal(sum, 0), zerosLike(g), mul(g, rsqrt(add(sum, eps))))
}
