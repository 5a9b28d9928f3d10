import {
  add,
  cast,
  clipByValue,
  denseBincount,
  div,
  fill,
  isNaN as isNotANumber,
  mul,
  reshape,
  sub,
  type Tensor,
  type Tensor1D,
  tensor1d,
  where,
} from '@tensorflow/tfjs-core'

/** The fraction of numbers below the range, in each of `bins` bins, at its end or above, and not a number: `[bins + 3]`. */
export function binFractions(x: Tensor, bins: number, [low, high]: readonly [low: number, high: number]): Tensor {
  const flat: Tensor1D = reshape(x, [x.size])
  // One more than the place, so that what lies below has place 0 and the cast, which cuts towards 0, rounds down.
  const places = clipByValue(add(mul(sub(flat, low), bins / (high - low)), 1), 0, bins + 1)
  // After the clipping, which on WASM makes a bound of NaN; before the cast, which makes anything of it.
  const chosen = where(isNotANumber(flat), fill([x.size], bins + 2), places)
  return div(denseBincount(cast(chosen, 'int32') as Tensor1D, tensor1d([]), bins + 3), x.size)
}

/** The edges of `bins` bins of equal width. */
export function binEdges(bins: number, [low, high]: readonly [low: number, high: number]): readonly number[] {
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + (i * (high - low)) / bins))
}
