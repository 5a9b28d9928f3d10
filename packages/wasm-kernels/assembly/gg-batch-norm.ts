// Batch norm of a matrix [rows, channels], forward: two passes over memory, one for the sums over the rows and one for the
// result. The sums of a block of rows are a block's own, and added up in their order.

import { Channels, overBlocks, runOf } from './batch-norm-channels'
import { Lanes } from './gg-lanes'
import { at, double, float, int, real } from './job'

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Runs {
  /** Σx and Σx² of a run, out of those of d = x - p: Σx = Σd + n p and Σx² = Σd² + p (2 Σd + n p). */
  @inline
  static addMoments(sums: usize, squares: usize, n: v128, pivot: v128, sum: v128, square: v128): void {
    const p = f64x2.promote_low_f32x4(pivot)
    const d = f64x2.promote_low_f32x4(sum)
    const moved = f64x2.mul(n, p)
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.add(d, moved)))
    const cross = f64x2.mul(p, f64x2.add(f64x2.add(d, d), moved))
    v128.store(squares, f64x2.add(v128.load(squares), f64x2.add(f64x2.promote_low_f32x4(square), cross)))
  }

  /** Adds `count` rows, `stride` bytes apart, to the sums of their channels. */
  @inline
  static moments(x: usize, stride: usize, count: i32, sums: usize, squares: usize, whole: bool): void {
    const first = Lanes.load(x, whole)
    // The difference of two infinities would be NaN where the sum is infinite.
    const pivot = v128.and(first, f32x4.lt(f32x4.abs(first), f32x4.splat(Infinity)))
    let sum = f32x4.splat(0)
    let square = f32x4.splat(0)
    for (let i = 0, at = x; i < count; i++, at += stride) {
      const d = f32x4.sub(Lanes.load(at, whole), pivot)
      sum = f32x4.add(sum, d)
      square = f32x4.add(square, f32x4.mul(d, d))
    }
    const n = f64x2.splat(<f64>count)
    Runs.addMoments(sums, squares, n, pivot, sum, square)
    Runs.addMoments(sums + 16, squares + 16, n, Lanes.upper(pivot), Lanes.upper(sum), Lanes.upper(square))
  }
}

/**
 * Σx and Σx² of each channel over blocks of rows. A run is summed in float32 as differences from its first row: of
 * numbers with a mean far from 0 the squares alone would leave no digits for the variance.
 * Arguments: sums [blocks, 2, width] in float64, x, channels, rows, rows of a block, width. Items: blocks.
 */
export function ggMomentSums(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 2)
  const rows = int(args, 3)
  const blockRows = int(args, 4)
  const width = int(args, 5)
  const stride = float(0, channels)
  const run = runOf(channels)
  for (let block = from; block < to; block++) {
    const sums = double(at(args, 0), 2 * block * width)
    const squares = double(sums, width)
    memory.fill(sums, 0, (<usize>width) << 4)
    const end = min(rows, (block + 1) * blockRows)
    for (let start = block * blockRows; start < end; start += run) {
      const count = min(run, end - start)
      const x = float(at(args, 1), start * channels)
      let c = 0
      for (; c + 4 <= channels; c += 4) {
        Runs.moments(float(x, c), stride, count, double(sums, c), double(squares, c), true)
      }
      for (; c < channels; c++) {
        // Three zeros are added to what follows, for which `width` leaves room.
        Runs.moments(float(x, c), stride, count, double(sums, c), double(squares, c), false)
      }
    }
  }
}

/**
 * Mean and biased variance of the blocks' sums.
 * Arguments: moments [2, channels], sums, channels, rows, blocks, width. Items: channels.
 */
export function ggMoments(args: usize, from: i32, to: i32, scratch: usize): void {
  const moments = at(args, 0)
  const sums = at(args, 1)
  const channels = int(args, 2)
  const rows = <f64>int(args, 3)
  const blocks = int(args, 4)
  const width = int(args, 5)
  for (let c = from; c < to; c++) {
    const mean = overBlocks(sums, c, blocks, width) / rows
    const variance = overBlocks(sums, width + c, blocks, width) / rows - mean * mean
    store<f32>(float(moments, c), <f32>mean)
    // Below 0 by rounding only; a comparison, so that NaN stays.
    store<f32>(float(moments, channels + c), variance < 0 ? 0 : <f32>variance)
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: as above.
abstract class Columns {
  /** Normalizes `count` rows of some channels, `stride` bytes apart. */
  @inline
  static normalize(
    args: usize,
    place: usize,
    stride: usize,
    count: i32,
    channel: usize,
    slopes: usize,
    floor: v128,
    whole: bool,
  ): void {
    const mean = Lanes.load(at(args, 3) + channel, whole)
    const slope = Lanes.load(slopes + channel, whole)
    const offset = Lanes.load(at(args, 5) + channel, whole)
    const residual = at(args, 2)
    let y = at(args, 0) + place
    let x = at(args, 1) + place
    // pmax(a, b) is a unless a < b: NaN stays NaN.
    if (residual) {
      let shortcut = residual + place
      for (let i = 0; i < count; i++, y += stride, x += stride, shortcut += stride) {
        const z = Channels.line(f32x4.sub(Lanes.load(x, whole), mean), slope, offset)
        Lanes.store(y, f32x4.pmax(f32x4.add(z, Lanes.load(shortcut, whole)), floor), whole)
      }
      return
    }
    for (let i = 0; i < count; i++, y += stride, x += stride) {
      const z = Channels.line(f32x4.sub(Lanes.load(x, whole), mean), slope, offset)
      Lanes.store(y, f32x4.pmax(z, floor), whole)
    }
  }
}

/**
 * y = (x - μ) · scale/√(σ² + eps) + offset, and where there is one + residual, and where it is asked for max(·, 0).
 * Arguments: y, x, residual or 0, moments, scale, offset, channels, relu; eps. Items: rows. Scratch: channels.
 */
export function ggNormalize(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 6)
  Channels.slopes(scratch, float(at(args, 3), channels), at(args, 4), channels, real(args, 0))
  const floor = int(args, 7) ? f32x4.splat(0) : f32x4.splat(-Infinity)
  const stride = float(0, channels)
  const rows = Channels.rowsAtATime(channels)
  for (let row = from; row < to; row += rows) {
    const count = min(rows, to - row)
    const place = <usize>row * stride
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      Columns.normalize(args, float(place, c), stride, count, float(0, c), scratch, floor, true)
    }
    for (; c < channels; c++) {
      Columns.normalize(args, float(place, c), stride, count, float(0, c), scratch, floor, false)
    }
  }
}

/**
 * running ← (1 - momentum) running + momentum · moments, of the variance the unbiased one.
 * Arguments: mean, variance, old mean, old variance, moments, channels; momentum, 1 - momentum, N/(N - 1). Items: channels.
 */
export function ggRunningMoments(args: usize, from: i32, to: i32, scratch: usize): void {
  const moments = at(args, 4)
  const channels = int(args, 5)
  const momentum = real(args, 0)
  const rest = real(args, 1)
  for (let c = from; c < to; c++) {
    const mean = load<f32>(float(moments, c))
    const variance = load<f32>(float(moments, channels + c)) * real(args, 2)
    store<f32>(float(at(args, 0), c), load<f32>(float(at(args, 2), c)) * rest + mean * momentum)
    store<f32>(float(at(args, 1), c), load<f32>(float(at(args, 3), c)) * rest + variance * momentum)
  }
}
