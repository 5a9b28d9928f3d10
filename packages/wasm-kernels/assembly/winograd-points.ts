// The transforms of `winograd.ts`, one side of each: on vectors of four channels, from registers to memory.
//
// A product of two polynomials is found from its values at some points. The matrices take numbers to values at 0, ±a, ±b
// and infinity, and back:
//
//          | a²b²  0    -(a²+b²)   0      1  0 |           | 1/a²b²  0   0   |
//          | 0   -ab²     -b²      a      1  0 |           |   α     αa  αa² |            | 1  1  1   1  1   0 |
//     Bᵀ = | 0    ab²     -b²     -a      1  0 |       G = |   α    -αa  αa² |       Aᵀ = | 0  a -a   b -b   0 |
//          | 0   -a²b     -a²      b      1  0 |           |   β     βb  βb² |            | 0  a² a²  b² b²  0 |
//          | 0    a²b     -a²     -b      1  0 |           |   β    -βb  βb² |            | 0  a³ -a³ b³ -b³ 1 |
//          | 0   a²b²      0    -(a²+b²)  0  1 |           |   0     0   1   |
//
// with α = 1 / (2a² (a² - b²)) and β = 1 / (2b² (b² - a²)). Here a = √½ and b = √2, with which errors are a third to a half
// of those with the usual 1 and 2 (Barabasz et al. 2020, arXiv 1803.10986, on how they depend on the points).

import { Fused } from './generated-tiles'

// What is in G: α, αa, β, βb and βb², which is -αa².
const ALPHA: f32 = -2 / 3
const ALPHA_A: f32 = <f32>((-2 / 3) * Math.SQRT1_2)
const BETA: f32 = 1 / 6
const BETA_B: f32 = <f32>((1 / 6) * Math.SQRT2)
const BETA_B2: f32 = 1 / 3

// What `Points.tabulate` writes.
const A: usize = 0
const B: usize = 4
const A2: usize = 8
const B2: usize = 12
const A2_PLUS_B2: usize = 16
const ZEROS: usize = 32

/** Bytes of what `Points.tabulate` writes. */
export const POINTS_BYTES: usize = 48

/**
 * `points` is what `tabulate` wrote: read from memory a constant costs next to nothing, while V8 of Node 24 makes one that is
 * written in a loop anew at each turn. What is rare, the transforms of filters, has its constants in the code.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
export abstract class Points {
  static tabulate(points: usize): void {
    store<f32>(points, <f32>Math.SQRT1_2, A)
    store<f32>(points, <f32>Math.SQRT2, B)
    store<f32>(points, 0.5, A2)
    store<f32>(points, 2, B2)
    store<f32>(points, 2.5, A2_PLUS_B2)
    v128.store(points, f32x4.splat(0), ZEROS)
  }

  /** Where four zeros are. */
  @inline
  static zeros(points: usize): usize {
    return points + ZEROS
  }

  /** Bᵀ x: six numbers, `step` bytes apart. */
  @inline
  static spreadSix(
    x0: v128,
    x1: v128,
    x2: v128,
    x3: v128,
    x4: v128,
    x5: v128,
    to: usize,
    step: usize,
    points: usize,
  ): void {
    const ends = v128.load32_splat(points, A2_PLUS_B2)
    const a2 = v128.load32_splat(points, A2)
    const b2 = v128.load32_splat(points, B2)
    v128.store(to, Fused.subtract(x2, ends, f32x4.add(x0, x4)))
    Points.storePairs(
      Fused.subtract(x2, b2, x4),
      Fused.subtract(x1, b2, x3),
      Fused.subtract(x2, a2, x4),
      Fused.subtract(x1, a2, x3),
      to + step,
      step,
      points,
    )
    v128.store(to + 5 * step, Fused.subtract(x3, ends, f32x4.add(x1, x5)))
  }

  /** A y: six numbers, `step` bytes apart. */
  @inline
  static spreadFour(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize, points: usize): void {
    const a2 = v128.load32_splat(points, A2)
    const b2 = v128.load32_splat(points, B2)
    v128.store(to, y0)
    Points.storePairs(
      Fused.add(y2, a2, y0),
      Fused.add(y3, a2, y1),
      Fused.add(y2, b2, y0),
      Fused.add(y3, b2, y1),
      to + step,
      step,
      points,
    )
    v128.store(to + 5 * step, y3)
  }

  /** The values at ±a and ±b, of which `even` is made of even powers of the point, and `odd` times the point of odd ones. */
  @inline
  private static storePairs(
    evenA: v128,
    oddA: v128,
    evenB: v128,
    oddB: v128,
    to: usize,
    step: usize,
    points: usize,
  ): void {
    const a = v128.load32_splat(points, A)
    const b = v128.load32_splat(points, B)
    let write = to
    v128.store(write, Fused.add(oddA, a, evenA))
    write += step
    v128.store(write, Fused.subtract(oddA, a, evenA))
    write += step
    v128.store(write, Fused.add(oddB, b, evenB))
    write += step
    v128.store(write, Fused.subtract(oddB, b, evenB))
  }

  // Aᵀ m, number by number, where `even` is the sum of the values at a point and its opposite, `odd` their difference times
  // the point.

  @inline
  static oddA(plus: v128, minus: v128, points: usize): v128 {
    return f32x4.mul(f32x4.sub(plus, minus), v128.load32_splat(points, A))
  }

  @inline
  static oddB(plus: v128, minus: v128, points: usize): v128 {
    return f32x4.mul(f32x4.sub(plus, minus), v128.load32_splat(points, B))
  }

  @inline
  static first(m0: v128, evenA: v128, evenB: v128): v128 {
    return f32x4.add(f32x4.add(m0, evenA), evenB)
  }

  @inline
  static second(oddA: v128, oddB: v128): v128 {
    return f32x4.add(oddA, oddB)
  }

  @inline
  static third(evenA: v128, evenB: v128, points: usize): v128 {
    return Fused.add(evenB, v128.load32_splat(points, B2), f32x4.mul(evenA, v128.load32_splat(points, A2)))
  }

  @inline
  static fourth(oddA: v128, oddB: v128, m5: v128, points: usize): v128 {
    return Fused.add(oddB, v128.load32_splat(points, B2), Fused.add(oddA, v128.load32_splat(points, A2), m5))
  }

  /** G w: six numbers, `step` bytes apart. */
  static transformThree(w0: v128, w1: v128, w2: v128, to: usize, step: usize): void {
    let write = to
    v128.store(write, w0)
    write += step
    const evenA = f32x4.sub(f32x4.mul(w0, f32x4.splat(ALPHA)), f32x4.mul(w2, f32x4.splat(BETA_B2)))
    const oddA = f32x4.mul(w1, f32x4.splat(ALPHA_A))
    v128.store(write, f32x4.add(evenA, oddA))
    write += step
    v128.store(write, f32x4.sub(evenA, oddA))
    write += step
    const evenB = f32x4.add(f32x4.mul(w0, f32x4.splat(BETA)), f32x4.mul(w2, f32x4.splat(BETA_B2)))
    const oddB = f32x4.mul(w1, f32x4.splat(BETA_B))
    v128.store(write, f32x4.add(evenB, oddB))
    write += step
    v128.store(write, f32x4.sub(evenB, oddB))
    write += step
    v128.store(write, w2)
  }

  /** Gᵀ m: three numbers, `step` bytes apart. Gives their sum. */
  static gatherSix(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize): v128 {
    const evenA = f32x4.add(m1, m2)
    const evenB = f32x4.add(m3, m4)
    const oddA = f32x4.mul(f32x4.sub(m1, m2), f32x4.splat(ALPHA_A))
    const oddB = f32x4.mul(f32x4.sub(m3, m4), f32x4.splat(BETA_B))
    const w0 = f32x4.add(m0, f32x4.add(f32x4.mul(evenA, f32x4.splat(ALPHA)), f32x4.mul(evenB, f32x4.splat(BETA))))
    const w1 = f32x4.add(oddA, oddB)
    const w2 = f32x4.add(m5, f32x4.mul(f32x4.sub(evenB, evenA), f32x4.splat(BETA_B2)))
    v128.store(to, w0)
    v128.store(to + step, w1)
    v128.store(to + 2 * step, w2)
    return f32x4.add(f32x4.add(w0, w1), w2)
  }
}
