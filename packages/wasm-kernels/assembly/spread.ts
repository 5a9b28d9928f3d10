import { at, float, int } from './job'

/**
 * The opposite of a sum or a mean: `[outer, inner]` to `[outer, count, inner]`, every number `count` times and divided by
 * the divisor. Arguments: y, x, count, inner, divisor. Items: rows, which are `outer × count`.
 */
export function spread(args: usize, from: i32, to: i32, scratch: usize): void {
  const count = int(args, 2)
  const inner = int(args, 3)
  const divisor = f32x4.splat(<f32>int(args, 4))
  if (inner === 1) {
    for (let row = from; row < to; ) {
      const outer = row / count
      const end = min(to, (outer + 1) * count)
      fill(float(at(args, 0), row), f32x4.div(v128.load32_splat(float(at(args, 1), outer)), divisor), end - row)
      row = end
    }
    return
  }
  for (let row = from; row < to; row++) {
    const y = float(at(args, 0), row * inner)
    const x = float(at(args, 1), (row / count) * inner)
    let k = 0
    for (; k + 4 <= inner; k += 4) v128.store(float(y, k), f32x4.div(v128.load(float(x, k)), divisor))
    for (; k < inner; k++) v128.store_lane<f32>(float(y, k), f32x4.div(v128.load32_zero(float(x, k)), divisor), 0)
  }
}

/** One number, in all four lanes, `count` times. */
function fill(y: usize, value: v128, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) v128.store(float(y, i), value)
  for (; i < count; i++) v128.store_lane<f32>(float(y, i), value, 0)
}
