import { type Tree, treeMap } from '@gg/core'
import { add, div, mul, scalar, square, tidy, zerosLike } from '@tensorflow/tfjs-core'

/** A moment before the first update: zeros. */
export function zerosLikeTree<T extends Tree>(params: T): T {
  return treeMap(zerosLike, params)
}

/** `decay · moment + (1 - decay) · updates^order`: the exponential moving average that Adam and its kin keep. */
export function updateMoment<U extends Tree>(updates: U, moment: Tree, decay: number, order: 1 | 2): U {
  // One tensor for each factor, not one for each factor and leaf, which is what a number would become.
  const before = scalar(decay)
  const now = scalar(1 - decay)
  // Each leaf's own intermediates go at once: WASM memory never shrinks, so the peak of a step is there to stay.
  return treeMap((g, m) => tidy(() => add(mul(order === 1 ? g : square(g), now), mul(m, before))), updates, moment)
}

/**
 * `moment / (1 - decay^count)`: undoes the pull towards the zeros at the start. The factor is one number in double
 * precision, because `0.999^count` near 1 leaves few digits in float32.
 */
export function biasCorrected<U extends Tree>(moment: U, decay: number, count: number): U {
  const correction = scalar(1 - decay ** count)
  return treeMap((m) => div(m, correction), moment)
}

/**
 * The first moment as the *next* update would see it if its gradient were today's (Dozat 2016):
 * `b1 · mu / (1 - b1^(count+1)) + (1 - b1) · updates / (1 - b1^count)`.
 */
export function nesterovMoment<U extends Tree>(updates: U, mu: Tree, b1: number, count: number): U {
  const past = scalar(b1 / (1 - b1 ** (count + 1)))
  const present = scalar((1 - b1) / (1 - b1 ** count))
  return treeMap((g, m) => tidy(() => add(mul(m, past), mul(g, present))), updates, mu)
}
