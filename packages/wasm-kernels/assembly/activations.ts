import { Exponential } from './exponential'
import { mapUnary, Unary } from './unary'

// `pmax(a, b)` is a unless a < b, `pmin(a, b)` is a unless b < a. With x first, NaN stays NaN.

class Relu extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(0))
  }
}

/** min(max(x, 0), 6). */
class Relu6 extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, f32x4.splat(0)), f32x4.splat(6))
  }
}

/** x from 0 on, p x below. */
class LeakyRelu extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(f32x4.mul(x, p), x, f32x4.lt(x, f32x4.splat(0)))
  }
}

/** x from 0 on, e^x - 1 below. */
class Elu extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    const below = f32x4.lt(x, f32x4.splat(0))
    return v128.bitselect(Exponential.expm1(v128.and(x, below)), x, below)
  }
}

/** 1 above 0, p elsewhere, NaN for NaN. */
class Step extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    const step = v128.bitselect(f32x4.splat(1), p, f32x4.gt(x, f32x4.splat(0)))
    return v128.bitselect(step, x, f32x4.eq(x, x))
  }
}

class Sigmoid extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return Exponential.sigmoid(x)
  }
}

class Tanh extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    return Exponential.tanh(x)
  }
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). */
class Softplus extends Unary {
  @inline
  of(x: v128, p: v128, q: v128): v128 {
    const e = Exponential.expBelow(f32x4.neg(f32x4.abs(x)))
    const u = f32x4.add(f32x4.splat(1), e)
    // log(u) misses what rounding took from 1 + e.
    const lost = f32x4.sub(e, f32x4.sub(u, f32x4.splat(1)))
    const log = f32x4.add(Exponential.log(u), f32x4.div(lost, u))
    return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log)
  }
}

export function relu(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Relu>(args, from, to)
}

export function relu6(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Relu6>(args, from, to)
}

export function leakyRelu(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<LeakyRelu>(args, from, to)
}

export function elu(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Elu>(args, from, to)
}

export function step(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Step>(args, from, to)
}

export function sigmoid(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Sigmoid>(args, from, to)
}

export function tanh(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Tanh>(args, from, to)
}

export function softplus(args: usize, from: i32, to: i32, scratch: usize): void {
  mapUnary<Softplus>(args, from, to)
}
