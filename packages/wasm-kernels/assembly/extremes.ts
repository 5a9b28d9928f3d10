import { at, float, int } from './job'

/** The larger or the smaller of two; of a number and NaN, the first. */
abstract class Extreme {
  abstract of(a: v128, b: v128): v128
}

// `f32x4.max` and `f32x4.min` would see to NaN by themselves, in twice the time: here NaN is looked for beside.

class Largest extends Extreme {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.pmax(a, b)
  }
}

class Smallest extends Extreme {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.pmin(a, b)
  }
}

/** The extreme of `count` numbers that lie `step` bytes apart, at least one, in the first lane. */
function ofColumn<E extends Extreme>(x: usize, count: i32, step: usize): v128 {
  const extreme = changetype<E>(0)
  let best = v128.load32_zero(x)
  let nan = f32x4.ne(best, best)
  for (let i = 1, p = x + step; i < count; i++, p += step) {
    const value = v128.load32_zero(p)
    best = extreme.of(best, value)
    nan = v128.or(nan, f32x4.ne(value, value))
  }
  return v128.or(best, nan)
}

/** The extremes of four columns of `count` rows, at least one. */
function ofColumns<E extends Extreme>(x: usize, count: i32, line: usize): v128 {
  const extreme = changetype<E>(0)
  let best = v128.load(x)
  let nan = f32x4.ne(best, best)
  for (let i = 1, p = x + line; i < count; i++, p += line) {
    const value = v128.load(p)
    best = extreme.of(best, value)
    nan = v128.or(nan, f32x4.ne(value, value))
  }
  return v128.or(best, nan)
}

/** The extreme of `count` numbers that lie together, at least one, in the first lane. */
function ofRun<E extends Extreme>(x: usize, count: i32): v128 {
  if (count < 8) return ofColumn<E>(x, count, 4)
  const extreme = changetype<E>(0)
  const lines = ofColumns<E>(x, count >> 2, 16)
  // The last four may have been seen in part, which changes nothing.
  const last = v128.load(float(x, count - 4))
  const nan = v128.or(f32x4.ne(lines, lines), f32x4.ne(last, last))
  let best = v128.or(extreme.of(lines, last), nan)
  best = both<E>(best, i8x16.shuffle(best, best, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15))
  return both<E>(best, i8x16.shuffle(best, best, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7))
}

/** The extreme of two, NaN if one of them is. */
function both<E extends Extreme>(a: v128, b: v128): v128 {
  return v128.or(changetype<E>(0).of(a, b), v128.or(f32x4.ne(a, a), f32x4.ne(b, b)))
}

/** `[outer, count, inner]` to `[outer, inner]`. Arguments: y, x, count, inner. Items: outer. */
function reduce<E extends Extreme>(args: usize, from: i32, to: i32): void {
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
    for (; k + 4 <= inner; k += 4) v128.store(float(y, k), ofColumns<E>(float(x, k), count, line))
    for (; k < inner; k++) v128.store_lane<f32>(float(y, k), ofColumn<E>(float(x, k), count, line), 0)
  }
}

export function largest(args: usize, from: i32, to: i32, scratch: usize): void {
  reduce<Largest>(args, from, to)
}

export function smallest(args: usize, from: i32, to: i32, scratch: usize): void {
  reduce<Smallest>(args, from, to)
}
