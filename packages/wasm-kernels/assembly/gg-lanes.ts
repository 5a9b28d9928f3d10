/** What the fused training kernels share: four channels at a time, or one, and the slope of a ReLU. */
// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
export abstract class Lanes {
  /**
   * Four numbers, or the first of them and zeros. Channels that fill no vector go one by one through the same
   * operations, so nothing is read beyond the end of a tensor.
   */
  @inline
  static load(from: usize, whole: bool): v128 {
    return whole ? v128.load(from) : v128.load32_zero(from)
  }

  /** Writes what `load` would read. */
  @inline
  static store(to: usize, value: v128, whole: bool): void {
    if (whole) v128.store(to, value)
    else v128.store_lane<f32>(to, value, 0)
  }

  /** The first `count` numbers, 1, 2 or 4, and zeros: for channels that fill no vector, in as few steps as there are. */
  @inline
  static read(from: usize, count: i32): v128 {
    if (count === 4) return v128.load(from)
    return count === 2 ? v128.load64_zero(from) : v128.load32_zero(from)
  }

  /** Writes what `read` would read. */
  @inline
  static write(to: usize, value: v128, count: i32): void {
    if (count === 4) v128.store(to, value)
    else if (count === 2) v128.store_lane<i64>(to, value, 0)
    else v128.store_lane<f32>(to, value, 0)
  }

  /** Whether a number is a window's maximum rather than `max`. Not `value > max`: a NaN is better than what came before, and nothing is better than a NaN. */
  @inline
  static isBetter(value: v128, max: v128): v128 {
    return v128.andnot(f32x4.eq(max, max), f32x4.le(value, max))
  }

  /** The two upper numbers in the place of the lower ones. */
  @inline
  static upper(values: v128): v128 {
    return v128.shuffle<i64>(values, values, 1, 1)
  }

  /** Adds four numbers of float32 to four sums of float64. */
  @inline
  static addTo(sums: usize, values: v128): void {
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(values)))
    v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(Lanes.upper(values))), 16)
  }

  /** 1 where y > 0, else 0; NaN where y is NaN. A factor and not a mask: 0 · Infinity is NaN, as in the plain product. */
  @inline
  static slopeOfRelu(y: v128): v128 {
    const step = v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.splat(1))
    return v128.bitselect(step, y, f32x4.eq(y, y))
  }
}
