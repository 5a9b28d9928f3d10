// Batch norm of a matrix [rows, channels], forward and backward: two passes over memory each, one for the sums over
// the rows and one for the result. The sums of a block of rows are a block's own, and added up in their order.

import { Lanes } from './gg-lanes'
import { at, float, int, real } from './job'

/**
 * Rows that are added up in float32 before the sum goes into one of float64. Few where rows are long: those of one channel
 * would else take one another's place in the cache.
 */
function runOf(channels: i32): i32 {
  return channels < 256 ? 32 : 8
}

/** The address of the i-th float64 behind `base`. */
function double(base: usize, i: i32): usize {
  return base + ((<usize>i) << 3)
}

/** The sum over the blocks of one number of a block. */
function overBlocks(sums: usize, place: i32, blocks: i32, width: i32): f64 {
  let sum: f64 = 0
  for (let block = 0; block < blocks; block++) sum += load<f64>(double(sums, 2 * block * width + place))
  return sum
}

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

  /** Adds Σg and Σ g(x - μ) of `count` rows at `place`, and writes g if there is a place for it. */
  @inline
  static gradients(
    args: usize,
    place: usize,
    count: i32,
    channel: usize,
    slopes: usize,
    sums: usize,
    products: usize,
    whole: bool,
  ): void {
    const mean = Lanes.load(at(args, 4) + channel, whole)
    const offsets = at(args, 11)
    const slope = Lanes.load(slopes + channel, whole)
    const offset = Lanes.load((offsets ? offsets : slopes) + channel, whole)
    const output = at(args, 3)
    const written = at(args, 5)
    const stride = float(0, int(args, 6))
    let sum = f32x4.splat(0)
    let product = f32x4.splat(0)
    let dy = at(args, 1) + place
    let x = at(args, 2) + place
    let y = (output ? output : at(args, 1)) + place
    let to = written + place
    for (let i = 0; i < count; i++, dy += stride, x += stride, y += stride, to += stride) {
      let g = Lanes.load(dy, whole)
      const centred = f32x4.sub(Lanes.load(x, whole), mean)
      if (offsets) g = f32x4.mul(g, Lanes.slopeOfRelu(Columns.line(centred, slope, offset)))
      else if (output) g = f32x4.mul(g, Lanes.slopeOfRelu(Lanes.load(y, whole)))
      if (written) Lanes.store(to, g, whole)
      sum = f32x4.add(sum, g)
      product = f32x4.add(product, f32x4.mul(g, centred))
    }
    Lanes.addTo(sums, sum)
    Lanes.addTo(products, product)
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
  /** The slope γ/√(σ² + eps) of each channel; `variance` and `scale` are arrays of them. */
  static slopes(to: usize, variance: usize, scale: usize, channels: i32, eps: f32): void {
    for (let c = 0; c < channels; c++) {
      const inverse = 1 / sqrt(<f64>load<f32>(float(variance, c)) + <f64>eps)
      store<f32>(float(to, c), <f32>(inverse * <f64>load<f32>(float(scale, c))))
    }
  }

  /** What is in front of the ReLU; backward the same bits as forward. */
  @inline
  static line(centred: v128, slope: v128, offset: v128): v128 {
    return f32x4.add(f32x4.mul(centred, slope), offset)
  }

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
        const z = Columns.line(f32x4.sub(Lanes.load(x, whole), mean), slope, offset)
        Lanes.store(y, f32x4.pmax(f32x4.add(z, Lanes.load(shortcut, whole)), floor), whole)
      }
      return
    }
    for (let i = 0; i < count; i++, y += stride, x += stride) {
      const z = Columns.line(f32x4.sub(Lanes.load(x, whole), mean), slope, offset)
      Lanes.store(y, f32x4.pmax(z, floor), whole)
    }
  }

  /** slope · (g - level - (x - μ) · along) of `count` rows of some channels. */
  @inline
  static gradient(args: usize, place: usize, stride: usize, count: i32, channel: usize, whole: bool): void {
    const mean = Lanes.load(at(args, 4) + channel, whole)
    const coefficients = at(args, 5) + channel
    const slope = Lanes.load(coefficients, whole)
    const level = Lanes.load(coefficients + stride, whole)
    const along = Lanes.load(coefficients + 2 * stride, whole)
    const offsets = at(args, 7)
    const offset = Lanes.load((offsets ? offsets : coefficients) + (offsets ? channel : 0), whole)
    const output = at(args, 3)
    let dx = at(args, 0) + place
    let dy = at(args, 1) + place
    let x = at(args, 2) + place
    // Where y is not asked for, it is read from dy and not used.
    let y = (output ? output : at(args, 1)) + place
    for (let i = 0; i < count; i++, dx += stride, dy += stride, x += stride, y += stride) {
      let g = Lanes.load(dy, whole)
      const centred = f32x4.sub(Lanes.load(x, whole), mean)
      if (offsets) g = f32x4.mul(g, Lanes.slopeOfRelu(Columns.line(centred, slope, offset)))
      else if (output) g = f32x4.mul(g, Lanes.slopeOfRelu(Lanes.load(y, whole)))
      const rest = f32x4.sub(f32x4.sub(g, level), f32x4.mul(centred, along))
      Lanes.store(dx, f32x4.mul(rest, slope), whole)
    }
  }

  /** Rows that stay in the first-level cache while all their channels are gone through. */
  @inline
  static rowsAtATime(channels: i32): i32 {
    return max(8, 2048 / channels)
  }
}

/**
 * y = (x - μ) · scale/√(σ² + eps) + offset, and where there is one + residual, and where it is asked for max(·, 0).
 * Arguments: y, x, residual or 0, moments, scale, offset, channels, relu; eps. Items: rows. Scratch: channels.
 */
export function ggNormalize(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 6)
  Columns.slopes(scratch, float(at(args, 3), channels), at(args, 4), channels, real(args, 0))
  const floor = int(args, 7) ? f32x4.splat(0) : f32x4.splat(-Infinity)
  const stride = float(0, channels)
  const rows = Columns.rowsAtATime(channels)
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
 * Σg and Σ g(x - μ) of each channel over blocks of rows, where g is dy, or behind a ReLU dy · [y > 0]. Where the offset is
 * given, y is found again from x, which is one map less to read.
 * Arguments: sums [blocks, 2, width] in float64, dy, x, y or 0, moments, g to be written or 0, channels, rows, rows of
 * a block, width, scale, offset or 0; eps. Items: blocks. Scratch: channels.
 */
export function ggNormalizeGradSums(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 6)
  const rows = int(args, 7)
  const blockRows = int(args, 8)
  const width = int(args, 9)
  const run = runOf(channels)
  Columns.slopes(scratch, float(at(args, 4), channels), at(args, 10), channels, real(args, 0))
  for (let block = from; block < to; block++) {
    const sums = double(at(args, 0), 2 * block * width)
    const products = double(sums, width)
    memory.fill(sums, 0, (<usize>width) << 4)
    const end = min(rows, (block + 1) * blockRows)
    for (let start = block * blockRows; start < end; start += run) {
      const count = min(run, end - start)
      const row = float(0, start * channels)
      let c = 0
      for (; c + 4 <= channels; c += 4) {
        Runs.gradients(args, float(row, c), count, float(0, c), scratch, double(sums, c), double(products, c), true)
      }
      for (; c < channels; c++) {
        Runs.gradients(args, float(row, c), count, float(0, c), scratch, double(sums, c), double(products, c), false)
      }
    }
  }
}

/**
 * The gradients of scale and offset, and three coefficients of each channel for the gradient of x.
 * Arguments: dScale, dOffset, coefficients [3, channels], sums, moments, scale, channels, rows, blocks, width, and
 * whether the moments are those of the batch; eps. Items: channels.
 */
export function ggNormalizeGradChannels(args: usize, from: i32, to: i32, scratch: usize): void {
  const coefficients = at(args, 2)
  const sums = at(args, 3)
  const channels = int(args, 6)
  const blocks = int(args, 8)
  const width = int(args, 9)
  const variance = float(at(args, 4), channels)
  // Through moments that are given goes no part of the gradient.
  const share: f64 = int(args, 10) ? 1 / <f64>int(args, 7) : 0
  for (let c = from; c < to; c++) {
    const inverse = 1 / sqrt(<f64>load<f32>(float(variance, c)) + <f64>real(args, 0))
    const sum = overBlocks(sums, c, blocks, width)
    const product = overBlocks(sums, width + c, blocks, width) * inverse
    store<f32>(float(at(args, 0), c), <f32>product)
    store<f32>(float(at(args, 1), c), <f32>sum)
    store<f32>(float(coefficients, c), <f32>(inverse * <f64>load<f32>(float(at(args, 5), c))))
    store<f32>(float(coefficients, channels + c), <f32>(sum * share))
    store<f32>(float(coefficients, 2 * channels + c), <f32>(product * inverse * share))
  }
}

/**
 * dx = slope · (g - level - (x - μ) · along), with slope, level and along out of `ggNormalizeGradChannels`, and g as above.
 * Arguments: dx, dy, x, y or 0, moments, coefficients, channels, offset or 0. Items: rows.
 */
export function ggNormalizeGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 6)
  const stride = float(0, channels)
  const rows = Columns.rowsAtATime(channels)
  for (let row = from; row < to; row += rows) {
    const count = min(rows, to - row)
    const place = <usize>row * stride
    let c = 0
    for (; c + 4 <= channels; c += 4) Columns.gradient(args, float(place, c), stride, count, float(0, c), true)
    for (; c < channels; c++) Columns.gradient(args, float(place, c), stride, count, float(0, c), false)
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
