import { Binary, Floats, mapBinary } from './binary'

class Add extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.add(a, b)
  }
}

class Subtract extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.sub(a, b)
  }
}

class Multiply extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.mul(a, b)
  }
}

class Divide extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.div(a, b)
  }
}

/** NaN if one of the two is. */
class Maximum extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.max(a, b)
  }
}

/** NaN if one of the two is. */
class Minimum extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.min(a, b)
  }
}

/** (a - b)². */
class SquaredDifference extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    const difference = f32x4.sub(a, b)
    return f32x4.mul(difference, difference)
  }
}

export function add(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<Add>>(args, from, to)
}

export function subtract(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<Subtract>>(args, from, to)
}

export function multiply(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<Multiply>>(args, from, to)
}

export function divide(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<Divide>>(args, from, to)
}

export function maximum(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<Maximum>>(args, from, to)
}

export function minimum(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<Minimum>>(args, from, to)
}

export function squaredDifference(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Floats<SquaredDifference>>(args, from, to)
}
