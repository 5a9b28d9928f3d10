// What a depthwise convolution and its gradient for the image do at a pixel: numbers of the source times taps of the filter,
// channel by channel.

import { Axis } from './axis'
import { float } from './job'
import { clamped, loadPart, SLOPE, sloped, storePart } from './tile-edges'

/** The taps that some neighbouring pixels see, and what is done with their sums. Steps are in bytes. */
@unmanaged
export class Taps {
  countU: i32
  countV: i32
  /** From a tap to the next in the source and in the filter, and from the end of a row of taps to the next. */
  stepX: usize
  stepW: usize
  skipX: usize
  skipW: usize
  /** From what a pixel sees in the source to what the next one sees. */
  nextX: usize
  /** Where the first tap lies in the filter. */
  first: usize
  /** What the sums begin with; 0 for zeros. */
  bias: usize
  /** As in tile-edges.ts, of which only what comes after the sums counts here. */
  mode: i32
  low: f32
  high: f32

  /**
   * Those of the pixels that see the same as pixel `i` along `columns` and `step` along `rows`.
   *
   * @returns How far behind the begin of the source the first number lies that pixel `i` sees.
   */
  fill(rows: Axis, step: i32, columns: Axis, i: i32, height: i32, width: i32, filterWidth: i32, n: i32): usize {
    const u = rows.tapAt(step, 0)
    const v = columns.tapAt(i, 0)
    this.countU = rows.tapAt(step, height) - u
    this.countV = columns.tapAt(i, width) - v
    this.stepX = float(0, columns.spacing * n)
    this.stepW = float(0, columns.filterStep * n)
    this.skipX = float(0, (rows.spacing * width - this.countV * columns.spacing) * n)
    this.skipW = float(0, (rows.filterStep * filterWidth - this.countV * columns.filterStep) * n)
    this.nextX = float(0, columns.step * n)
    const tap = (rows.filter + u * rows.filterStep) * filterWidth + columns.filter + v * columns.filterStep
    this.first = float(0, tap * n)
    const row = step * rows.step + rows.distance + u * rows.spacing
    return float(0, (row * width + i * columns.step + columns.distance + v * columns.spacing) * n)
  }

  /** What the sums of channel c begin with. */
  @inline
  start(c: i32, n: i32): v128 {
    return this.bias === 0 ? f32x4.splat(0) : loadPart(float(this.bias, c), n - c)
  }

  /** The sums with the activation. */
  @inline
  finish(sum: v128): v128 {
    if (this.mode === 0) return sum
    if ((this.mode & SLOPE) !== 0) return sloped(sum, f32x4.splat(this.low))
    return clamped(sum, f32x4.splat(this.low), f32x4.splat(this.high))
  }
}

/** `count` pixels in a row, whose results lie `between` numbers apart. */
export function sumPixels(taps: Taps, y: usize, x: usize, w: usize, n: i32, count: i32, between: i32): void {
  let left = count
  let target = y
  let source = x
  for (; left >= 4; left -= 4) {
    sumFour(taps, target, source, w, n, float(0, between))
    target = float(target, 4 * between)
    source += 4 * taps.nextX
  }
  for (; left > 0; left--) {
    sumTaps(taps, target, source, w, n)
    target = float(target, between)
    source += taps.nextX
  }
}

/** Four pixels. */
function sumFour(taps: Taps, y: usize, x: usize, w: usize, n: i32, between: usize): void {
  if (n < 4) {
    for (let i: usize = 0; i < 4; i++) sumTaps(taps, y + i * between, x + i * taps.nextX, w, n)
    return
  }
  let c = 0
  for (; c + 8 <= n; c += 8) sumFourOfEight(taps, y, x, w, c, n, between)
  // The last four channels may have been done in part: they come out the same.
  for (; c < n; c += 4) sumFourOfFour(taps, y, x, w, min(c, n - 4), n, between)
}

// V8 does not take what lies in memory out of a loop: fields that a loop needs are read before it.

/** Eight channels of four pixels: a tap is loaded once for all four. */
function sumFourOfEight(taps: Taps, y: usize, x: usize, w: usize, c: i32, n: i32, between: usize): void {
  const next = taps.nextX
  const stepX = taps.stepX
  const stepW = taps.stepW
  const countV = taps.countV
  let a0 = taps.start(c, n)
  let a1 = taps.start(c + 4, n)
  let b0 = a0
  let b1 = a1
  let c0 = a0
  let c1 = a1
  let d0 = a0
  let d1 = a1
  let p = float(x, c)
  let q = float(w, c)
  for (let u = taps.countU; u > 0; u--, p += taps.skipX, q += taps.skipW) {
    for (let v = countV; v > 0; v--, p += stepX, q += stepW) {
      const w0 = v128.load(q)
      const w1 = v128.load(q, 16)
      a0 = f32x4.add(a0, f32x4.mul(v128.load(p), w0))
      a1 = f32x4.add(a1, f32x4.mul(v128.load(p, 16), w1))
      let r = p + next
      b0 = f32x4.add(b0, f32x4.mul(v128.load(r), w0))
      b1 = f32x4.add(b1, f32x4.mul(v128.load(r, 16), w1))
      r += next
      c0 = f32x4.add(c0, f32x4.mul(v128.load(r), w0))
      c1 = f32x4.add(c1, f32x4.mul(v128.load(r, 16), w1))
      r += next
      d0 = f32x4.add(d0, f32x4.mul(v128.load(r), w0))
      d1 = f32x4.add(d1, f32x4.mul(v128.load(r, 16), w1))
    }
  }
  let to = float(y, c)
  v128.store(to, taps.finish(a0))
  v128.store(to, taps.finish(a1), 16)
  to += between
  v128.store(to, taps.finish(b0))
  v128.store(to, taps.finish(b1), 16)
  to += between
  v128.store(to, taps.finish(c0))
  v128.store(to, taps.finish(c1), 16)
  to += between
  v128.store(to, taps.finish(d0))
  v128.store(to, taps.finish(d1), 16)
}

/** Four channels of four pixels. */
function sumFourOfFour(taps: Taps, y: usize, x: usize, w: usize, c: i32, n: i32, between: usize): void {
  const next = taps.nextX
  const stepX = taps.stepX
  const stepW = taps.stepW
  const countV = taps.countV
  let a0 = taps.start(c, n)
  let b0 = a0
  let c0 = a0
  let d0 = a0
  let p = float(x, c)
  let q = float(w, c)
  for (let u = taps.countU; u > 0; u--, p += taps.skipX, q += taps.skipW) {
    for (let v = countV; v > 0; v--, p += stepX, q += stepW) {
      const w0 = v128.load(q)
      a0 = f32x4.add(a0, f32x4.mul(v128.load(p), w0))
      b0 = f32x4.add(b0, f32x4.mul(v128.load(p + next), w0))
      c0 = f32x4.add(c0, f32x4.mul(v128.load(p + 2 * next), w0))
      d0 = f32x4.add(d0, f32x4.mul(v128.load(p + 3 * next), w0))
    }
  }
  const to = float(y, c)
  v128.store(to, taps.finish(a0))
  v128.store(to + between, taps.finish(b0))
  v128.store(to + 2 * between, taps.finish(c0))
  v128.store(to + 3 * between, taps.finish(d0))
}

/** One pixel. */
export function sumTaps(taps: Taps, y: usize, x: usize, w: usize, n: i32): void {
  let c = 0
  for (; c + 16 <= n; c += 16) sumSixteen(taps, y, x, w, c, n)
  for (; c < n; c += 4) sumPart(taps, y, x, w, n < 4 ? 0 : min(c, n - 4), n)
}

/** Sixteen channels of a pixel. */
function sumSixteen(taps: Taps, y: usize, x: usize, w: usize, c: i32, n: i32): void {
  const stepX = taps.stepX
  const stepW = taps.stepW
  const countV = taps.countV
  let s0 = taps.start(c, n)
  let s1 = taps.start(c + 4, n)
  let s2 = taps.start(c + 8, n)
  let s3 = taps.start(c + 12, n)
  let p = float(x, c)
  let q = float(w, c)
  for (let u = taps.countU; u > 0; u--, p += taps.skipX, q += taps.skipW) {
    for (let v = countV; v > 0; v--, p += stepX, q += stepW) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(p), v128.load(q)))
      s1 = f32x4.add(s1, f32x4.mul(v128.load(p, 16), v128.load(q, 16)))
      s2 = f32x4.add(s2, f32x4.mul(v128.load(p, 32), v128.load(q, 32)))
      s3 = f32x4.add(s3, f32x4.mul(v128.load(p, 48), v128.load(q, 48)))
    }
  }
  const to = float(y, c)
  v128.store(to, taps.finish(s0))
  v128.store(to, taps.finish(s1), 16)
  v128.store(to, taps.finish(s2), 32)
  v128.store(to, taps.finish(s3), 48)
}

/** Four channels of a pixel, or what is left of a pixel that has fewer. */
function sumPart(taps: Taps, y: usize, x: usize, w: usize, c: i32, n: i32): void {
  const stepX = taps.stepX
  const stepW = taps.stepW
  const countV = taps.countV
  const left = n - c
  let sum = taps.start(c, n)
  let p = float(x, c)
  let q = float(w, c)
  for (let u = taps.countU; u > 0; u--, p += taps.skipX, q += taps.skipW) {
    if (left >= 4) {
      for (let v = countV; v > 0; v--, p += stepX, q += stepW) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(p), v128.load(q)))
      }
    } else {
      for (let v = countV; v > 0; v--, p += stepX, q += stepW) {
        sum = f32x4.add(sum, f32x4.mul(loadPart(p, left), loadPart(q, left)))
      }
    }
  }
  storePart(float(y, c), taps.finish(sum), left)
}

/** y[c] = Σ_m x[c · size + m]. */
export function addGroups(y: usize, x: usize, count: i32, size: i32): void {
  let read = x
  for (let c = 0; c < count; c++) {
    let sum: f32 = 0
    for (const end = float(read, size); read !== end; read += 4) sum += load<f32>(read)
    store<f32>(float(y, c), sum)
  }
}

/** Each number `times` times in a row. */
export function repeatNumbers(to: usize, source: usize, n: i32, times: i32): void {
  let write = to
  for (let i = 0; i < n; i++) {
    const x = load<f32>(float(source, i))
    for (const end = float(write, times); write !== end; write += 4) store<f32>(write, x)
  }
}
