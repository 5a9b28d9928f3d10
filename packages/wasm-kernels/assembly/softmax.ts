import { Exponential } from './exponential'
import { at, float, int } from './job'

// Softmax along rows that lie together. What all of them share: the largest of a row is taken off first, so that nothing
// overflows; a row with NaN or with +Infinity comes out as NaN, as it does by the definition.

/** The largest of a row. NaN is looked for by nobody: it makes the sum of the row NaN, and that is enough. */
export function largestOf(x: usize, count: i32): f32 {
  let max = v128.load32_splat(x)
  let other = max
  let i = 0
  for (; i + 8 <= count; i += 8) {
    max = f32x4.pmax(max, v128.load(float(x, i)))
    other = f32x4.pmax(other, v128.load(float(x, i + 4)))
  }
  max = f32x4.pmax(max, other)
  for (; i < count; i++) max = f32x4.pmax(max, v128.load32_splat(float(x, i)))
  max = f32x4.pmax(max, i8x16.shuffle(max, max, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15))
  max = f32x4.pmax(max, i8x16.shuffle(max, max, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7))
  return f32x4.extract_lane(max, 0)
}

/** The numbers of a vector, in float64, two and two. A row of many classes loses digits in float32. */
// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Wide {
  @inline
  static add(sums: v128, x: v128): v128 {
    const back = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)
    return f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(back)))
  }

  @inline
  static sum(sums: v128): f64 {
    return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  }
}

/** log Σ e^(x - max): what is added is at most 1. */
export function logOfSum(x: usize, count: i32, max: v128): v128 {
  let sums = f64x2.splat(0)
  let i = 0
  for (; i + 8 <= count; i += 8) {
    // Two vectors a turn share the constants of the exponential.
    const a = Exponential.expBelow(f32x4.sub(v128.load(float(x, i)), max))
    const b = Exponential.expBelow(f32x4.sub(v128.load(float(x, i + 4)), max))
    sums = Wide.add(sums, f32x4.add(a, b))
  }
  let sum = Wide.sum(sums)
  for (; i < count; i++) {
    sum += <f64>f32x4.extract_lane(Exponential.expBelow(f32x4.sub(v128.load32_splat(float(x, i)), max)), 0)
  }
  return Exponential.log(f32x4.splat(<f32>sum))
}

/** y = e^(x - max) / Σ e^(x - max) of each row. Arguments: y, x, classes. Items: rows. */
export function softmax(args: usize, from: i32, to: i32, scratch: usize): void {
  const classes = int(args, 2)
  for (let row = from; row < to; row++) {
    const y = float(at(args, 0), row * classes)
    const x = float(at(args, 1), row * classes)
    const max = f32x4.splat(largestOf(x, classes))
    let sums = f64x2.splat(0)
    let i = 0
    for (; i + 8 <= classes; i += 8) {
      const a = Exponential.expBelow(f32x4.sub(v128.load(float(x, i)), max))
      const b = Exponential.expBelow(f32x4.sub(v128.load(float(x, i + 4)), max))
      sums = Wide.add(sums, f32x4.add(a, b))
      v128.store(float(y, i), a)
      v128.store(float(y, i + 4), b)
    }
    let sum = Wide.sum(sums)
    for (; i < classes; i++) {
      const e = Exponential.expBelow(f32x4.sub(v128.load32_splat(float(x, i)), max))
      sum += <f64>f32x4.extract_lane(e, 0)
      v128.store_lane<f32>(float(y, i), e, 0)
    }
    // The sum lies between 1 and the number of classes.
    const share = f32x4.splat(<f32>(1 / sum))
    for (i = 0; i + 4 <= classes; i += 4) v128.store(float(y, i), f32x4.mul(v128.load(float(y, i)), share))
    for (; i < classes; i++) {
      v128.store_lane<f32>(float(y, i), f32x4.mul(v128.load32_zero(float(y, i)), share), 0)
    }
  }
}

/** y = x - max - log Σ e^(x - max) of each row. Arguments: y, x, classes. Items: rows. */
export function logSoftmax(args: usize, from: i32, to: i32, scratch: usize): void {
  const classes = int(args, 2)
  for (let row = from; row < to; row++) {
    const y = float(at(args, 0), row * classes)
    const x = float(at(args, 1), row * classes)
    const max = f32x4.splat(largestOf(x, classes))
    const log = logOfSum(x, classes, max)
    let i = 0
    for (; i + 4 <= classes; i += 4) {
      v128.store(float(y, i), f32x4.sub(f32x4.sub(v128.load(float(x, i)), max), log))
    }
    for (; i < classes; i++) {
      v128.store_lane<f32>(float(y, i), f32x4.sub(f32x4.sub(v128.load32_zero(float(x, i)), max), log), 0)
    }
  }
}

/** dx = y (dy - Σ dy y), out of the softmax y. Arguments: dx, dy, y, classes. Items: rows. */
export function softmaxGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const classes = int(args, 3)
  for (let row = from; row < to; row++) {
    const dx = float(at(args, 0), row * classes)
    const dy = float(at(args, 1), row * classes)
    const y = float(at(args, 2), row * classes)
    let sum: f64 = 0
    for (let i = 0; i < classes; i++) sum += <f64>load<f32>(float(dy, i)) * <f64>load<f32>(float(y, i))
    const mean = f32x4.splat(<f32>sum)
    let i = 0
    for (; i + 4 <= classes; i += 4) {
      v128.store(float(dx, i), f32x4.mul(v128.load(float(y, i)), f32x4.sub(v128.load(float(dy, i)), mean)))
    }
    for (; i < classes; i++) {
      const rest = f32x4.sub(v128.load32_zero(float(dy, i)), mean)
      v128.store_lane<f32>(float(dx, i), f32x4.mul(v128.load32_zero(float(y, i)), rest), 0)
    }
  }
}

/** dx = dy - e^y Σ dy, out of the logarithm y of the softmax. Arguments: dx, dy, y, classes. Items: rows. */
export function logSoftmaxGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const classes = int(args, 3)
  for (let row = from; row < to; row++) {
    const dx = float(at(args, 0), row * classes)
    const dy = float(at(args, 1), row * classes)
    const y = float(at(args, 2), row * classes)
    let sum: f64 = 0
    for (let i = 0; i < classes; i++) sum += <f64>load<f32>(float(dy, i))
    const total = f32x4.splat(<f32>sum)
    let i = 0
    for (; i + 4 <= classes; i += 4) {
      const share = f32x4.mul(Exponential.exp(v128.load(float(y, i))), total)
      v128.store(float(dx, i), f32x4.sub(v128.load(float(dy, i)), share))
    }
    for (; i < classes; i++) {
      const share = f32x4.mul(Exponential.exp(v128.load32_zero(float(y, i))), total)
      v128.store_lane<f32>(float(dx, i), f32x4.sub(v128.load32_zero(float(dy, i)), share), 0)
    }
  }
}
