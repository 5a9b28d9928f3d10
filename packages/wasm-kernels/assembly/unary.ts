import { at, float, real } from './job'

/** A function of one number, applied to four at a time. `p` and `q` are the job's fractions, in all four lanes. */
export abstract class Unary {
  abstract of(x: v128, p: v128, q: v128): v128
}

/**
 * y = op(x), number by number. Arguments: y, x; fractions: p, q. Items: numbers. `y` may be `x`.
 *
 * `Op` has no instances: its method is called on nothing, so asc resolves the call when it compiles, and inlines it.
 * The last numbers go one by one through the same vector operation, so a number does not depend on where it lies.
 */
export function mapUnary<Op extends Unary>(args: usize, from: i32, to: i32): void {
  const op = changetype<Op>(0)
  const p = f32x4.splat(real(args, 0))
  const q = f32x4.splat(real(args, 1))
  let y = float(at(args, 0), from)
  let x = float(at(args, 1), from)
  const end = float(y, to - from)
  // Two vectors a turn share the constants of the function, of which V8 keeps none in registers from turn to turn.
  for (const last = float(y, (to - from) & ~7); y < last; y += 32, x += 32) {
    const a = op.of(v128.load(x), p, q)
    const b = op.of(v128.load(x, 16), p, q)
    v128.store(y, a)
    v128.store(y, b, 16)
  }
  for (; y < end; y += 4, x += 4) v128.store_lane<f32>(y, op.of(v128.load32_zero(x), p, q), 0)
}
