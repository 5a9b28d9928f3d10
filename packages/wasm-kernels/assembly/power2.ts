import { Fused } from './generated-tiles'

// 2^x for the slopes of activations, as a quotient: with x = n + r, n whole and r between -1/2 and 1/2,
//
//   2^x = 2^n P(r) / P(-r),   P(r) = 10 / ln²2 + r² + r (5 / ln 2 + r² ln 2 / 12).
//
// This is Padé's approximation of e^(r ln 2) with three powers above and three below, to 6e-9 of itself. P(r) and P(-r) are
// the sum and the difference of the same two numbers, and 1 / (1 + 2^x) is one quotient too, so that it takes fewer
// operations than with a polynomial. From -126.5 down 2^x is 0, and from 123.5 up it is infinite: a slope has no use for
// what lies between these and the ends of float32.

/** Numbers of the size of 1.5 × 2^23 have no fraction: a sum with it is rounded to a whole number. */
const ROUNDER: f32 = 12582912

const FLOOR: usize = 0
const CEILING: usize = 4
const SHIFT: usize = 8
const EVEN: usize = 12
const ODD: usize = 16
const CUBE: usize = 20

/** The bytes that `Power2.tabulate` writes. */
export const POWER2_BYTES: usize = 24

/**
 * `table` is what `tabulate` wrote. Read from memory a constant costs next to nothing, while V8 of Node 24 makes one that
 * is written in a loop anew at each turn. They are spread over a vector as they are read: then V8 can make one operation
 * on 256 bits of two.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
export abstract class Power2 {
  static tabulate(table: usize): void {
    store<f32>(table, -127, FLOOR)
    store<f32>(table, 128, CEILING)
    // With 127 on top the last bits of the sum are an exponent as it stands in a float: that of 0 for -127, that of
    // infinity for 128.
    store<f32>(table, ROUNDER + 127, SHIFT)
    store<f32>(table, <f32>(10 / (Math.LN2 * Math.LN2)), EVEN)
    store<f32>(table, <f32>(5 / Math.LN2), ODD)
    store<f32>(table, <f32>(Math.LN2 / 12), CUBE)
  }

  /** 2^x. With `below`, x is 0 or less, and what becomes of it elsewhere is nobody's. */
  @inline
  static power(x: v128, below: bool, table: usize): v128 {
    return Power2.quotient(x, below, false, table)
  }

  /** 1 / (1 + 2^x): the logistic function of -x ln 2. */
  @inline
  static logistic(x: v128, below: bool, table: usize): v128 {
    return Power2.quotient(x, below, true, table)
  }

  @inline
  private static quotient(x: v128, below: bool, logistic: bool, table: usize): v128 {
    // With x first, `pmin` and `pmax` leave NaN as it is.
    const floored = f32x4.pmax(x, v128.load32_splat(table, FLOOR))
    const bounded = below ? floored : f32x4.pmin(floored, v128.load32_splat(table, CEILING))
    const shifted = f32x4.add(bounded, v128.load32_splat(table, SHIFT))
    const r = f32x4.sub(bounded, f32x4.sub(shifted, v128.load32_splat(table, SHIFT)))
    const square = f32x4.mul(r, r)
    const even = f32x4.add(square, v128.load32_splat(table, EVEN))
    const odd = Fused.add(square, v128.load32_splat(table, CUBE), v128.load32_splat(table, ODD))
    const power = i32x4.shl(shifted, 23)
    const above = Fused.add(r, odd, even)
    const under = Fused.subtract(r, odd, even)
    return logistic ? f32x4.div(under, Fused.add(above, power, under)) : f32x4.div(f32x4.mul(above, power), under)
  }
}
