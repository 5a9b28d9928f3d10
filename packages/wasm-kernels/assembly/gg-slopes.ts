// Gradients times a function of the features they belong to: the gate and GAAF, one pass each.

import { Exponential } from './exponential'
import { Lanes } from './gg-lanes'
import { at, float, int, real } from './job'

// What the sources of the jobs call by name.
const RELU: i32 = 0
const SIGMOID: i32 = 1
const GAUSSIAN: i32 = 0
const SHIFTED_SIGMOID: i32 = 1

// The fractions of a description of GAAF.
const STRENGTH: i32 = 2
const K: i32 = 3

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Slopes {
  /** dy · σ(x / T), or the hard sigmoid's. */
  @inline
  static gate(args: usize, place: usize, whole: bool): void {
    const x = f32x4.mul(Lanes.load(at(args, 2) + place, whole), f32x4.splat(real(args, 0)))
    const shifted = f32x4.add(x, f32x4.splat(3))
    const factor = int(args, 3)
      ? f32x4.div(f32x4.min(f32x4.max(shifted, f32x4.splat(0)), f32x4.splat(6)), f32x4.splat(6))
      : Exponential.sigmoid(x)
    Lanes.store(at(args, 0) + place, f32x4.mul(Lanes.load(at(args, 1) + place, whole), factor), whole)
  }

  /** g(x) = (xK - ⌊xK⌋ - 1/2) / K. */
  @inline
  static sawtooth(args: usize, x: v128): v128 {
    const k = f32x4.splat(real(args, K))
    const teeth = f32x4.mul(x, k)
    return f32x4.div(f32x4.sub(f32x4.sub(teeth, f32x4.floor(teeth)), f32x4.splat(0.5)), k)
  }

  /** s(x): height · e^(-x²/c) with a = -1/c and b = height, σ(ax + b), or a everywhere. */
  @inline
  static shape(kind: i32, x: v128, a: v128, b: v128): v128 {
    if (kind === GAUSSIAN) return f32x4.mul(Exponential.exp(f32x4.mul(f32x4.mul(x, x), a)), b)
    return kind === SHIFTED_SIGMOID ? Exponential.sigmoid(f32x4.add(f32x4.mul(x, a), b)) : a
  }

  /** s'(x), where s is s(x). */
  @inline
  static shapeSlope(kind: i32, s: v128, x: v128, a: v128): v128 {
    if (kind === GAUSSIAN) return f32x4.mul(s, f32x4.mul(x, f32x4.add(a, a)))
    const slope = f32x4.mul(f32x4.mul(s, f32x4.sub(f32x4.splat(1), s)), a)
    return kind === SHIFTED_SIGMOID ? slope : f32x4.splat(0)
  }

  /** φ'(x), where y is φ(x). */
  @inline
  static own(activation: i32, x: v128, y: v128): v128 {
    if (activation === RELU) return Lanes.slopeOfRelu(x)
    const one = f32x4.splat(1)
    return activation === SIGMOID ? f32x4.mul(y, f32x4.sub(one, y)) : f32x4.sub(one, f32x4.mul(y, y))
  }

  @inline
  static phi(activation: i32, x: v128): v128 {
    if (activation === RELU) return f32x4.pmax(x, f32x4.splat(0))
    return activation === SIGMOID ? Exponential.sigmoid(x) : Exponential.tanh(x)
  }

  @inline
  static literal(args: usize, place: usize, whole: bool): void {
    const x = Lanes.load(at(args, 1) + place, whole)
    const s = Slopes.shape(int(args, 3), x, f32x4.splat(real(args, 0)), f32x4.splat(real(args, 1)))
    const added = f32x4.mul(Slopes.sawtooth(args, x), f32x4.mul(s, f32x4.splat(real(args, STRENGTH))))
    Lanes.store(at(args, 0) + place, f32x4.add(Slopes.phi(int(args, 2), x), added), whole)
  }

  @inline
  static gradient(args: usize, place: usize, whole: bool): void {
    const x = Lanes.load(at(args, 2) + place, whole)
    const a = f32x4.splat(real(args, 0))
    const activation = int(args, 4)
    const kind = int(args, 5)
    const kept = at(args, 3)
    const y = kept ? Lanes.load(kept + place, whole) : Slopes.phi(activation, x)
    let s = Slopes.shape(kind, x, a, f32x4.splat(real(args, 1)))
    if (int(args, 6)) s = f32x4.add(s, f32x4.mul(Slopes.sawtooth(args, x), Slopes.shapeSlope(kind, s, x, a)))
    const slope = f32x4.add(Slopes.own(activation, x, y), f32x4.mul(s, f32x4.splat(real(args, STRENGTH))))
    Lanes.store(at(args, 0) + place, f32x4.mul(Lanes.load(at(args, 1) + place, whole), slope), whole)
  }
}

/** Gradient gating. Arguments: dx, dy, x, whether the sigmoid is the hard one; 1/T. Items: numbers. */
export function ggGate(args: usize, from: i32, to: i32, scratch: usize): void {
  let i = from
  for (; i + 4 <= to; i += 4) Slopes.gate(args, float(0, i), true)
  for (; i < to; i++) Slopes.gate(args, float(0, i), false)
}

/** The literal form of GAAF, φ + g · s. Arguments: y, x, activation, shape; a, b, strength, K. Items: numbers. */
export function ggAccelerate(args: usize, from: i32, to: i32, scratch: usize): void {
  let i = from
  for (; i + 4 <= to; i += 4) Slopes.literal(args, float(0, i), true)
  for (; i < to; i++) Slopes.literal(args, float(0, i), false)
}

/**
 * dy · (φ'(x) + strength · s(x)), or with s + g · s' in the place of s.
 * Arguments: dx, dy, x, y or 0, activation, shape, whether the form is the literal one; a, b, strength, K. Items: numbers.
 */
export function ggAccelerateGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  let i = from
  for (; i + 4 <= to; i += 4) Slopes.gradient(args, float(0, i), true)
  for (; i < to; i++) Slopes.gradient(args, float(0, i), false)
}
