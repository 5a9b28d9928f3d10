import { Binary, Floats, mapBinary } from './binary'

// Gradients of activations: a is dy, the gradient that comes in; b is x or y, whichever the forward pass kept.

/** dy where x > 0, else 0. As in PyTorch, a NaN in x lets dy through. */
class ReluGrad extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return v128.andnot(a, f32x4.le(b, f32x4.splat(0)))
  }
}

/** dy where 0 < x ≤ 6, else 0; a NaN in x lets dy through. */
class Relu6Grad extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return v128.andnot(a, v128.or(f32x4.le(b, f32x4.splat(0)), f32x4.gt(b, f32x4.splat(6))))
  }
}

/** dy where x > 0, else p dy. */
class LeakyReluGrad extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return v128.bitselect(a, f32x4.mul(a, p), f32x4.gt(b, f32x4.splat(0)))
  }
}

/** dy where y ≥ 0, else dy (y + 1). */
class EluGrad extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return v128.bitselect(a, f32x4.mul(a, f32x4.add(b, f32x4.splat(1))), f32x4.ge(b, f32x4.splat(0)))
  }
}

/** dy y (1 - y). */
class SigmoidGrad extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.mul(a, f32x4.mul(b, f32x4.sub(f32x4.splat(1), b)))
  }
}

/** dy (1 - y²). */
class TanhGrad extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.mul(a, f32x4.sub(f32x4.splat(1), f32x4.mul(b, b)))
  }
}

export function reluGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<ReluGrad>>(args, from, to)
}

export function relu6Grad(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<Relu6Grad>>(args, from, to)
}

export function leakyReluGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<LeakyReluGrad>>(args, from, to)
}

export function eluGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<EluGrad>>(args, from, to)
}

export function sigmoidGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<SigmoidGrad>>(args, from, to)
}

export function tanhGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<TanhGrad>>(args, from, to)
}
