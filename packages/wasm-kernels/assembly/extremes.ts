import { at, float, int } from './job'

/** The larger or the smaller of two, NaN if one of them is. */
abstract class Extreme {
  abstract of(a: v128, b: v128): v128
}

class Largest extends Extreme {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.max(a, b)
  }
}

class Smallest extends Extreme {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.min(a, b)
  }
}

/** The extreme of `count` numbers, at least one, that lie `step` bytes apart, in the first lane. */
function ofColumn<E extends Extreme>(x: usize, count: i32, step: usize): v128 {
  const extreme = changetype<E>(0)
  let best = v128.load32_zero(x)
  for (let i = 1, p = x + step; i < count; i++, p += step) best = extreme.of(best, v128.load32_zero(p))
  return best
}

/** The extreme of `count` numbers that lie together, at least one, in the first lane. */
function ofRun<E extends Extreme>(x: usize, count: i32): v128 {
  if (count < 8) return ofColumn<E>(x, count, 4)
  const extreme = changetype<E>(0)
  let best = v128.load(x)
  const last = float(x, count - 4)
  for (let p = x + 16; p < last; p += 16) best = extreme.of(best, v128.load(p))
  // The last four may have been seen in part, which changes nothing.
  best = extreme.of(best, v128.load(last))
  best = extreme.of(best, i8x16.shuffle(best, best, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15))
  return extreme.of(best, i8x16.shuffle(best, best, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7))
}

/** `[outer, count, inner]` to `[outer, inner]`. Arguments: y, x, count, inner. Items: outer. */
function reduce<E extends Extreme>(args: usize, from: i32, to: i32): void {
  const extreme = changetype<E>(0)
  const count = int(args, 2)
  const inner = int(args, 3)
  const line = float(0, inner)
  for (let outer = from; outer < to; outer++) {
    const y = float(at(args, 0), outer * inner)
    const x = float(at(args, 1), outer * count * inner)
    if (inner === 1) {
      v128.store_lane<f32>(y, ofRun<E>(x, count), 0)
      continue
    }
    let k = 0
    for (; k + 4 <= inner; k += 4) {
      let best = v128.load(float(x, k))
      for (let i = 1, p = float(x, k) + line; i < count; i++, p += line) best = extreme.of(best, v128.load(p))
      v128.store(float(y, k), best)
    }
    for (; k < inner; k++) v128.store_lane<f32>(float(y, k), ofColumn<E>(float(x, k), count, line), 0)
  }
}

export function largest(args: usize, from: i32, to: i32, scratch: usize): void {
  reduce<Largest>(args, from, to)
}

export function smallest(args: usize, from: i32, to: i32, scratch: usize): void {
  reduce<Smallest>(args, from, to)
}
