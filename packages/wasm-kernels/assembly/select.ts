import { at, float } from './job'

/**
 * y = condition ? a : b, number by number; a NaN that is not chosen does not show. Arguments: y, condition (a byte a
 * number), a, b. Items: numbers.
 */
export function choose(args: usize, from: i32, to: i32, scratch: usize): void {
  const y = at(args, 0)
  const condition = at(args, 1)
  const a = at(args, 2)
  const b = at(args, 3)
  let i = from
  for (; i + 4 <= to; i += 4) {
    const halves = i16x8.extend_low_i8x16_s(v128.load32_zero(condition + i))
    const mask = i32x4.ne(i32x4.extend_low_i16x8_s(halves), i32x4.splat(0))
    v128.store(float(y, i), v128.bitselect(v128.load(float(a, i)), v128.load(float(b, i)), mask))
  }
  for (; i < to; i++) store<f32>(float(y, i), load<f32>(load<u8>(condition + i) !== 0 ? float(a, i) : float(b, i)))
}
