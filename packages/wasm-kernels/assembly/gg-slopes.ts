// Gradients times a function of the features they belong to: the gate and GAAF, one pass each.

import { Exponential, LOG2E } from './exponential'
import { Fused } from './generated-tiles'
import { Lanes } from './gg-lanes'
import { at, float, int, real } from './job'
import { POWER2_BYTES, Power2 } from './power2'

// What the sources of the jobs call by name.
export const RELU: i32 = 0
const SIGMOID: i32 = 1
const TANH: i32 = 2
const GAUSSIAN: i32 = 0
export const SHIFTED_SIGMOID: i32 = 1

// The last fraction of a description of GAAF, behind a, b and the strength.
const K: i32 = 3

// What `Slopes.tabulate` writes behind the constants of the powers of 2.
const SLOPE: usize = POWER2_BYTES
const OFFSET: usize = POWER2_BYTES + 4
const STRENGTH: usize = POWER2_BYTES + 8
const ONE: usize = POWER2_BYTES + 12

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
export abstract class Slopes {
  /** The hard sigmoid, min(max(x + 3, 0), 6) / 6. */
  @inline
  static hard(x: v128): v128 {
    const shifted = f32x4.add(x, f32x4.splat(3))
    return f32x4.div(f32x4.min(f32x4.max(shifted, f32x4.splat(0)), f32x4.splat(6)), f32x4.splat(6))
  }

  /**
   * The gate, behind a ReLU if there is one: then x may be what went into it or what came out of it. `scale` is 1/T for the
   * hard sigmoid, -log2(e)/T for the other.
   */
  @inline
  static gate(dy: v128, x: v128, scale: v128, hard: bool, relu: bool, table: usize): v128 {
    const scaled = f32x4.mul(x, scale)
    const dx = f32x4.mul(dy, hard ? Slopes.hard(scaled) : Power2.logistic(scaled, relu, table))
    // What ReLU shuts off is 0, whatever dy is; where x is NaN it is not shut off.
    return relu ? v128.andnot(dx, f32x4.le(x, f32x4.splat(0))) : dx
  }

  @inline
  static gates(args: usize, from: i32, to: i32, hard: bool, relu: bool, table: usize): void {
    Power2.tabulate(table)
    const scale = f32x4.splat(hard ? real(args, 0) : -LOG2E * real(args, 0))
    const dx = at(args, 0)
    const dy = at(args, 1)
    const x = at(args, 2)
    let i = float(0, from)
    const end = float(0, to)
    for (; i + 32 <= end; i += 32) {
      const low = Slopes.gate(v128.load(dy + i), v128.load(x + i), scale, hard, relu, table)
      const high = Slopes.gate(v128.load(dy + i, 16), v128.load(x + i, 16), scale, hard, relu, table)
      v128.store(dx + i, low)
      v128.store(dx + i, high, 16)
    }
    for (; i < end; i += 4) {
      const last = Slopes.gate(v128.load32_zero(dy + i), v128.load32_zero(x + i), scale, hard, relu, table)
      v128.store_lane<f32>(dx + i, last, 0)
    }
  }

  /** g(x) = (xK - ⌊xK⌋ - 1/2) / K. */
  @inline
  static sawtooth(args: usize, x: v128): v128 {
    const k = f32x4.splat(real(args, K))
    const teeth = f32x4.mul(x, k)
    return f32x4.div(f32x4.sub(f32x4.sub(teeth, f32x4.floor(teeth)), f32x4.splat(0.5)), k)
  }

  /**
   * Writes what all numbers of a job share: behind the constants of the powers of 2 what x, or its square, is multiplied by
   * in s(x), what comes after that, the strength, and 1. The way from e to powers of 2 is in it.
   */
  static tabulate(table: usize, args: usize, kind: i32): void {
    Power2.tabulate(table)
    const a = real(args, 0)
    const b = real(args, 1)
    store<f32>(table, kind === GAUSSIAN ? a * LOG2E : kind === SHIFTED_SIGMOID ? -a * LOG2E : a, SLOPE)
    store<f32>(table, kind === SHIFTED_SIGMOID ? -b * LOG2E : b, OFFSET)
    store<f32>(table, real(args, 2), STRENGTH)
    store<f32>(table, 1, ONE)
  }

  /** s(x): height · e^(-x²/c) with a = -1/c and b = height, σ(ax + b), or a everywhere. */
  @inline
  static shape(kind: i32, x: v128, table: usize): v128 {
    const slope = v128.load32_splat(table, SLOPE)
    const offset = v128.load32_splat(table, OFFSET)
    if (kind === GAUSSIAN) return f32x4.mul(Power2.power(f32x4.mul(f32x4.mul(x, x), slope), true, table), offset)
    return kind === SHIFTED_SIGMOID ? Power2.logistic(Fused.add(x, slope, offset), false, table) : slope
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
  static own(activation: i32, x: v128, y: v128, table: usize): v128 {
    if (activation === RELU) return Lanes.slopeOfRelu(x)
    const one = v128.load32_splat(table, ONE)
    return activation === SIGMOID ? f32x4.mul(y, f32x4.sub(one, y)) : Fused.subtract(y, y, one)
  }

  @inline
  static phi(activation: i32, x: v128): v128 {
    if (activation === RELU) return f32x4.pmax(x, f32x4.splat(0))
    return activation === SIGMOID ? Exponential.sigmoid(x) : Exponential.tanh(x)
  }

  @inline
  static literal(args: usize, place: usize, whole: bool, table: usize): void {
    const x = Lanes.load(at(args, 1) + place, whole)
    const s = f32x4.mul(Slopes.shape(int(args, 3), x, table), v128.load32_splat(table, STRENGTH))
    const added = f32x4.mul(Slopes.sawtooth(args, x), s)
    Lanes.store(at(args, 0) + place, f32x4.add(Slopes.phi(int(args, 2), x), added), whole)
  }

  /** φ'(x) + strength · s(x) for the exact form; y is φ(x) for the activations that ask for it. */
  @inline
  static exact(activation: i32, kind: i32, x: v128, y: v128, table: usize): v128 {
    // A shape with an exponential in it shows NaN by itself, so that a ReLU's slope need not.
    const step = activation === RELU && kind <= SHIFTED_SIGMOID
    const own = step
      ? v128.and(f32x4.gt(x, f32x4.splat(0)), v128.load32_splat(table, ONE))
      : Slopes.own(activation, x, y, table)
    return Fused.add(Slopes.shape(kind, x, table), v128.load32_splat(table, STRENGTH), own)
  }

  @inline
  static accelerated(args: usize, from: i32, to: i32, activation: i32, kind: i32, table: usize): void {
    Slopes.tabulate(table, args, kind)
    const dx = at(args, 0)
    const dy = at(args, 1)
    const x = at(args, 2)
    const y = activation === RELU ? x : at(args, 3)
    let i = float(0, from)
    const end = float(0, to)
    for (; i + 32 <= end; i += 32) {
      const low = Slopes.exact(activation, kind, v128.load(x + i), v128.load(y + i), table)
      const high = Slopes.exact(activation, kind, v128.load(x + i, 16), v128.load(y + i, 16), table)
      const lows = f32x4.mul(v128.load(dy + i), low)
      const highs = f32x4.mul(v128.load(dy + i, 16), high)
      v128.store(dx + i, lows)
      v128.store(dx + i, highs, 16)
    }
    for (; i < end; i += 4) {
      const slope = Slopes.exact(activation, kind, v128.load32_zero(x + i), v128.load32_zero(y + i), table)
      v128.store_lane<f32>(dx + i, f32x4.mul(v128.load32_zero(dy + i), slope), 0)
    }
  }

  /** The same for the literal one. */
  @inline
  static ofSum(args: usize, activation: i32, kind: i32, x: v128, table: usize): v128 {
    const s = Slopes.shape(kind, x, table)
    const slope = Slopes.shapeSlope(kind, s, x, f32x4.splat(real(args, 0)))
    const added = f32x4.add(s, f32x4.mul(Slopes.sawtooth(args, x), slope))
    const own = Slopes.own(activation, x, Slopes.phi(activation, x), table)
    return f32x4.add(own, f32x4.mul(added, v128.load32_splat(table, STRENGTH)))
  }
}

/**
 * Gradient gating. Arguments: dx, dy, x, whether the sigmoid is the hard one, whether a ReLU is behind x; 1/T.
 * Items: numbers.
 */
export function ggGate(args: usize, from: i32, to: i32, scratch: usize): void {
  const hard = int(args, 3) !== 0
  const relu = int(args, 4) !== 0
  // The sigmoid gets a loop without a choice in it for each of its forms.
  if (!hard && relu) Slopes.gates(args, from, to, false, true, scratch)
  else if (!hard) Slopes.gates(args, from, to, false, false, scratch)
  else Slopes.gates(args, from, to, true, relu, scratch)
}

/** The literal form of GAAF, φ + g · s. Arguments: y, x, activation, shape; a, b, strength, K. Items: numbers. */
export function ggAccelerate(args: usize, from: i32, to: i32, scratch: usize): void {
  Slopes.tabulate(scratch, args, int(args, 3))
  let i = from
  for (; i + 8 <= to; i += 8) {
    Slopes.literal(args, float(0, i), true, scratch)
    Slopes.literal(args, float(0, i + 4), true, scratch)
  }
  for (; i < to; i++) Slopes.literal(args, float(0, i), false, scratch)
}

/**
 * dy · (φ'(x) + strength · s(x)), where y is φ(x). A ReLU's slope is told from x, so its y is not read.
 * Arguments: dx, dy, x, y, activation, shape; a, b, strength. Items: numbers.
 */
export function ggAccelerateGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const activation = int(args, 4)
  const kind = int(args, 5)
  // The shapes that activations have by default get a loop of their own, without a choice in it.
  if (activation === RELU && kind === SHIFTED_SIGMOID)
    Slopes.accelerated(args, from, to, RELU, SHIFTED_SIGMOID, scratch)
  else if (activation === TANH && kind === GAUSSIAN) Slopes.accelerated(args, from, to, TANH, GAUSSIAN, scratch)
  else if (activation === SIGMOID && kind === GAUSSIAN) Slopes.accelerated(args, from, to, SIGMOID, GAUSSIAN, scratch)
  else Slopes.accelerated(args, from, to, activation, kind, scratch)
}

/**
 * The gradient of `ggAccelerate`, dy · (φ'(x) + strength · (s(x) + g(x) s'(x))).
 * Arguments: dx, dy, x, none, activation, shape; a, b, strength, K. Items: numbers.
 */
export function ggAccelerateLiteralGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const dx = at(args, 0)
  const dy = at(args, 1)
  const x = at(args, 2)
  const activation = int(args, 4)
  const kind = int(args, 5)
  Slopes.tabulate(scratch, args, kind)
  let i = float(0, from)
  const end = float(0, to)
  for (; i + 16 <= end; i += 16) {
    const slope = Slopes.ofSum(args, activation, kind, v128.load(x + i), scratch)
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), slope))
  }
  for (; i < end; i += 4) {
    const slope = Slopes.ofSum(args, activation, kind, v128.load32_zero(x + i), scratch)
    v128.store_lane<f32>(dx + i, f32x4.mul(v128.load32_zero(dy + i), slope), 0)
  }
}
