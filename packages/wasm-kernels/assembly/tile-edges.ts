// What a tile does with its sums once it has them.

/** Add the sums to what lies there. */
export const ADD: i32 = 1
/** Add the bias of each column. */
export const BIAS: i32 = 2
/** Keep between `low` and `high`: ReLU, ReLU6. */
export const CLAMP: i32 = 4
/** Multiply what is below 0 by `low`: leaky ReLU. */
export const SLOPE: i32 = 8

/** Between low and high; NaN stays, because both comparisons with it are false. */
export function clamped(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high)
}

/** x, or x × slope below 0. */
export function sloped(x: v128, slope: v128): v128 {
  return v128.bitselect(f32x4.mul(x, slope), x, f32x4.lt(x, f32x4.splat(0)))
}

/** The first n numbers at an address, as far as four; nothing behind them is read. */
export function loadPart(address: usize, n: i32): v128 {
  if (n >= 4) return v128.load(address)
  let x = f32x4.splat(0)
  if (n > 0) x = v128.load32_zero(address)
  if (n > 1) x = v128.load_lane<f32>(address, x, 1, 4)
  if (n > 2) x = v128.load_lane<f32>(address, x, 2, 8)
  return x
}

/** Stores the first n numbers of x, as far as four. */
export function storePart(address: usize, x: v128, n: i32): void {
  if (n >= 4) {
    v128.store(address, x)
    return
  }
  if (n > 0) v128.store_lane<f32>(address, x, 0)
  if (n > 1) v128.store_lane<f32>(address, x, 1, 4)
  if (n > 2) v128.store_lane<f32>(address, x, 2, 8)
}
