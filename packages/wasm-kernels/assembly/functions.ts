import { Exponential } from './exponential'
import { mapUnary, Unary } from './unary'

class Abs extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.abs(x)
  }
}

/** Between p and q; NaN stays. */
class Clip extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, p), q)
  }
}

class Exp extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return Exponential.exp(x)
  }
}

class Log extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return Exponential.log(x)
  }
}

class Neg extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.neg(x)
  }
}

class Reciprocal extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.div(f32x4.splat(1), x)
  }
}

class Rsqrt extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x))
  }
}

/** -1, 0 or 1; NaN, 0 and -0 stay as they are. */
class Sign extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    const below = v128.bitselect(f32x4.splat(-1), x, f32x4.lt(x, f32x4.splat(0)))
    return v128.bitselect(f32x4.splat(1), below, f32x4.gt(x, f32x4.splat(0)))
  }
}

class Sqrt extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.sqrt(x)
  }
}

class Square extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, x)
  }
}

export function abs(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Abs>(args, from, to)
}

export function clip(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Clip>(args, from, to)
}

export function exp(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Exp>(args, from, to)
}

export function log(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Log>(args, from, to)
}

export function neg(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Neg>(args, from, to)
}

export function reciprocal(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Reciprocal>(args, from, to)
}

export function rsqrt(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Rsqrt>(args, from, to)
}

export function sign(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Sign>(args, from, to)
}

export function sqrt(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Sqrt>(args, from, to)
}

export function square(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Square>(args, from, to)
}
