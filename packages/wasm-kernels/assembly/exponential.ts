// e^x and log(x) of four numbers at a time, to about one unit in the last place.
//
// The polynomial of the logarithm is that of S. Moshier, Cephes Mathematical Library, 1989 (logf). That of the exponential
// is fitted for the smallest largest error, 3e-9 of e^r. Each function is right at NaN, at both infinities and zeros, and
// where the result is a denormal number.

/** log2(e): e^x = 2^(x · LOG2E). */
export const LOG2E: f32 = <f32>Math.LOG2E
const ROUNDER: f32 = 12582912
// ln 2 in two parts: n × the first is exact for every n that occurs.
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.1219444e-4

/** The functions that others are made of. */
// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
export abstract class Exponential {
  /**
   * x / ln 2 + 1.5 × 2^23. Numbers of that size have no fraction, so the sum is rounded to a whole number, and the last
   * bits of its representation are that number as an integer.
   */
  @inline
  static halvings(x: v128): v128 {
    return f32x4.add(f32x4.mul(x, f32x4.splat(LOG2E)), f32x4.splat(ROUNDER))
  }

  /** What is left of x without so many times ln 2, between -0.35 and 0.35. */
  @inline
  static rest(x: v128, halvings: v128): v128 {
    const n = f32x4.sub(halvings, f32x4.splat(ROUNDER))
    const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)))
    return f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)))
  }

  /** e^r - 1 for r between -0.35 and 0.35, with a small relative error at 0 too. */
  @inline
  static expm1OfRest(r: v128): v128 {
    let sum = f32x4.splat(1.3814320557e-3)
    sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(8.3688506857e-3))
    sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(4.1668400168e-2))
    sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.6666519642e-1))
    sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(4.999999404e-1))
    return f32x4.add(f32x4.mul(f32x4.mul(sum, r), r), r)
  }

  /** 2^n for the integers n from -126 to 127. */
  @inline
  static power(n: v128): v128 {
    return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23)
  }

  /** e^x. */
  @inline
  static exp(x: v128): v128 {
    // Beyond these bounds the result is 0 or infinite. With x first, `pmin` and `pmax` leave NaN as it is.
    const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89))
    const halvings = Exponential.halvings(bounded)
    const y = f32x4.add(Exponential.expm1OfRest(Exponential.rest(bounded, halvings)), f32x4.splat(1))
    // In two steps: the exponent of the first alone would reach neither the denormal numbers nor 2^128.
    const n = i32x4.sub(halvings, f32x4.splat(ROUNDER))
    const half = i32x4.shr_s(n, 1)
    return f32x4.mul(f32x4.mul(y, Exponential.power(half)), Exponential.power(i32x4.sub(n, half)))
  }

  /** e^x for x ≤ 0. */
  @inline
  static expBelow(x: v128): v128 {
    const bounded = f32x4.pmax(x, f32x4.splat(-104))
    const halvings = Exponential.halvings(bounded)
    const y = f32x4.add(Exponential.expm1OfRest(Exponential.rest(bounded, halvings)), f32x4.splat(1))
    // From 2^-150 to 1: with 2^64 on top every power is a normal number.
    const power = Exponential.power(i32x4.sub(halvings, f32x4.splat(ROUNDER - 64)))
    return f32x4.mul(f32x4.mul(y, power), f32x4.splat(5.421010862427522e-20))
  }

  /** e^x - 1 for x ≤ 0. */
  @inline
  static expm1(x: v128): v128 {
    // From -17.4 down the result rounds to -1.
    const bounded = f32x4.pmax(x, f32x4.splat(-20))
    const halvings = Exponential.halvings(bounded)
    const scale = Exponential.power(i32x4.sub(halvings, f32x4.splat(ROUNDER)))
    const rest = Exponential.expm1OfRest(Exponential.rest(bounded, halvings))
    return f32x4.add(f32x4.mul(rest, scale), f32x4.sub(scale, f32x4.splat(1)))
  }

  /** 1 / (1 + e^-x). With e^-|x| nothing overflows, and what is next to 0 keeps its digits. */
  @inline
  static sigmoid(x: v128): v128 {
    const e = Exponential.expBelow(f32x4.neg(f32x4.abs(x)))
    const above = v128.bitselect(e, f32x4.splat(1), f32x4.lt(x, f32x4.splat(0)))
    return f32x4.div(above, f32x4.add(f32x4.splat(1), e))
  }

  /** With t = e^(-2|x|) - 1, which keeps its digits where x is small, tanh |x| = -t / (t + 2). */
  @inline
  static tanh(x: v128): v128 {
    const size = f32x4.abs(x)
    const t = Exponential.expm1(f32x4.mul(size, f32x4.splat(-2)))
    const tanh = f32x4.abs(f32x4.div(t, f32x4.add(t, f32x4.splat(2))))
    return v128.or(tanh, v128.xor(x, size))
  }

  /** log(x); -Infinity at 0, NaN below. */
  @inline
  static log(x: v128): v128 {
    // Denormal numbers have no leading one: they are brought up by 2^23 first.
    const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38))
    const up = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny)
    // x = 2^e m with m between √½ and √2.
    const shifted = i32x4.sub(up, i32x4.splat(0x3f3504f3))
    const whole = i32x4.shr_s(shifted, 23)
    const m = f32x4.sub(i32x4.sub(up, i32x4.shl(whole, 23)), f32x4.splat(1))
    const e = f32x4.sub(f32x4.convert_i32x4_s(whole), v128.and(tiny, f32x4.splat(23)))
    let sum = f32x4.splat(7.0376836292e-2)
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(-1.151461031e-1))
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(1.167699874e-1))
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(-1.2420140846e-1))
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(1.4249322787e-1))
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(-1.6668057665e-1))
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(2.0000714765e-1))
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(-2.4999993993e-1))
    sum = f32x4.add(f32x4.mul(sum, m), f32x4.splat(3.3333331174e-1))
    const square = f32x4.mul(m, m)
    const cubed = f32x4.mul(f32x4.mul(sum, m), square)
    const low = f32x4.add(cubed, f32x4.mul(e, f32x4.splat(LN2_LOW)))
    const y = f32x4.add(f32x4.sub(low, f32x4.mul(square, f32x4.splat(0.5))), m)
    const log = f32x4.add(y, f32x4.mul(e, f32x4.splat(LN2_HIGH)))
    // Infinity and NaN stay; 0 gives -Infinity; what is below 0 gives NaN, which 0 / 0 is.
    const finite = f32x4.lt(x, f32x4.splat(Infinity))
    const zero = f32x4.eq(x, f32x4.splat(0))
    const below = f32x4.lt(x, f32x4.splat(0))
    const special = v128.bitselect(f32x4.splat(-Infinity), v128.bitselect(f32x4.splat(NaN), x, below), zero)
    return v128.bitselect(log, special, v128.andnot(finite, v128.or(zero, below)))
  }
}
