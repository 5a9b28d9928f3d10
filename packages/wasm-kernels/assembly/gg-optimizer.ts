// The parts of optimizers, each in one pass over the weights.

import { Lanes } from './gg-lanes'
import { at, float, real } from './job'

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Parts {
  @inline
  static factor(args: usize, i: i32): v128 {
    return f32x4.splat(real(args, i))
  }

  @inline
  static adam(args: usize, place: usize, whole: bool): void {
    const g = Lanes.load(at(args, 3) + place, whole)
    const oldMu = Lanes.load(at(args, 4) + place, whole)
    const oldNu = Lanes.load(at(args, 5) + place, whole)
    const mu = f32x4.add(f32x4.mul(g, Parts.factor(args, 1)), f32x4.mul(oldMu, Parts.factor(args, 0)))
    const squares = f32x4.mul(f32x4.mul(g, g), Parts.factor(args, 3))
    const nu = f32x4.add(squares, f32x4.mul(oldNu, Parts.factor(args, 2)))
    const above = f32x4.add(f32x4.mul(mu, Parts.factor(args, 4)), f32x4.mul(g, Parts.factor(args, 5)))
    const root = f32x4.sqrt(f32x4.add(nu, Parts.factor(args, 6)))
    Lanes.store(at(args, 0) + place, f32x4.div(above, f32x4.add(root, Parts.factor(args, 7))), whole)
    Lanes.store(at(args, 1) + place, mu, whole)
    Lanes.store(at(args, 2) + place, nu, whole)
  }

  @inline
  static trace(args: usize, place: usize, whole: bool): void {
    const ahead = at(args, 1)
    const decay = Parts.factor(args, 0)
    const g = Lanes.load(at(args, 2) + place, whole)
    const trace = f32x4.add(g, f32x4.mul(Lanes.load(at(args, 3) + place, whole), decay))
    Lanes.store(at(args, 0) + place, trace, whole)
    if (ahead) Lanes.store(ahead + place, f32x4.add(g, f32x4.mul(trace, decay)), whole)
  }

  @inline
  static addScaled(args: usize, place: usize, whole: bool): void {
    const scaled = f32x4.mul(Lanes.load(at(args, 2) + place, whole), Parts.factor(args, 0))
    Lanes.store(at(args, 0) + place, f32x4.add(Lanes.load(at(args, 1) + place, whole), scaled), whole)
  }

  @inline
  static scale(args: usize, place: usize, whole: bool): void {
    const scaled = f32x4.mul(Lanes.load(at(args, 1) + place, whole), Parts.factor(args, 0))
    Lanes.store(at(args, 0) + place, scaled, whole)
  }
}

/**
 * mu = b1 · mu + (1 - b1) g, nu = b2 · nu + (1 - b2) g², u = (p · mu + q · g) / (√(nu + under) + beside).
 * Arguments: u, mu, nu, g, old mu, old nu; b1, 1 - b1, b2, 1 - b2, p, q, under, beside. Items: numbers.
 */
export function ggScaleByAdam(args: usize, from: i32, to: i32, scratch: usize): void {
  let i = from
  for (; i + 4 <= to; i += 4) Parts.adam(args, float(0, i), true)
  for (; i < to; i++) Parts.adam(args, float(0, i), false)
}

/**
 * trace = g + decay · trace, and ahead = g + decay · the new trace where there is a place for it.
 * Arguments: trace, ahead or 0, g, old trace; decay. Items: numbers.
 */
export function ggTrace(args: usize, from: i32, to: i32, scratch: usize): void {
  let i = from
  for (; i + 4 <= to; i += 4) Parts.trace(args, float(0, i), true)
  for (; i < to; i++) Parts.trace(args, float(0, i), false)
}

/** y = a + factor · b. Arguments: y, a, b; factor. Items: numbers. */
export function ggAddScaled(args: usize, from: i32, to: i32, scratch: usize): void {
  let i = from
  for (; i + 4 <= to; i += 4) Parts.addScaled(args, float(0, i), true)
  for (; i < to; i++) Parts.addScaled(args, float(0, i), false)
}

/** y = factor · x. Arguments: y, x; factor. Items: numbers. */
export function ggScale(args: usize, from: i32, to: i32, scratch: usize): void {
  let i = from
  for (; i + 4 <= to; i += 4) Parts.scale(args, float(0, i), true)
  for (; i < to; i++) Parts.scale(args, float(0, i), false)
}

/** Copies numbers. Arguments: to, from. Items: numbers. */
export function ggCopy(args: usize, from: i32, to: i32, scratch: usize): void {
  memory.copy(float(at(args, 0), from), float(at(args, 1), from), float(0, to - from))
}
