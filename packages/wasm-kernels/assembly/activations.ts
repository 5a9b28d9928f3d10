import { at, float } from './job'

/** y = max(x, 0). Arguments: y, x. Items: numbers. NaN stays NaN: `pmax(x, 0)` is x unless x < 0. */
export function relu(args: usize, from: i32, to: i32, scratch: usize): void {
  const y = at(args, 0)
  const x = at(args, 1)
  const zero = f32x4.splat(0)
  let i = from
  for (; i + 4 <= to; i += 4) v128.store(float(y, i), f32x4.pmax(v128.load(float(x, i)), zero))
  for (; i < to; i++) {
    const value = load<f32>(float(x, i))
    store<f32>(float(y, i), value < 0 ? 0 : value)
  }
}
