import { neg, softplus, type Tensor } from '@tensorflow/tfjs-core'

/**
 * `log σ(x)`, which stays right for large `x` of both signs. tfjs' own `logSigmoid` reads its argument in the backward
 * pass without having saved it, and finds it disposed if it was made on the way.
 */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)))
}
