// The gradient of batch norm of a matrix [rows, channels]: two passes over memory as forward, one for the sums over the rows and
// one for the result.

import { Channels, overBlocks, runOf } from './batch-norm-channels'
import { Lanes } from './gg-lanes'
import { at, double, float, int, real } from './job'

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Columns {
  /** Adds Σg and Σ g(x - μ) of `count` rows at `place`, and writes g if there is a place for it. */
  @inline
  static sums(
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
      if (offsets) g = f32x4.mul(g, Lanes.slopeOfRelu(Channels.line(centred, slope, offset)))
      else if (output) g = f32x4.mul(g, Lanes.slopeOfRelu(Lanes.load(y, whole)))
      if (written) Lanes.store(to, g, whole)
      sum = f32x4.add(sum, g)
      product = f32x4.add(product, f32x4.mul(g, centred))
    }
    Lanes.addTo(sums, sum)
    Lanes.addTo(products, product)
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
    // Where it is not asked for, it is read from the slopes and not used.
    const offset = Lanes.load(offsets ? offsets + channel : coefficients, whole)
    const output = at(args, 3)
    let dx = at(args, 0) + place
    let dy = at(args, 1) + place
    let x = at(args, 2) + place
    // Where y is not asked for, it is read from dy and not used.
    let y = (output ? output : at(args, 1)) + place
    for (let i = 0; i < count; i++, dx += stride, dy += stride, x += stride, y += stride) {
      let g = Lanes.load(dy, whole)
      const centred = f32x4.sub(Lanes.load(x, whole), mean)
      if (offsets) g = f32x4.mul(g, Lanes.slopeOfRelu(Channels.line(centred, slope, offset)))
      else if (output) g = f32x4.mul(g, Lanes.slopeOfRelu(Lanes.load(y, whole)))
      const rest = f32x4.sub(f32x4.sub(g, level), f32x4.mul(centred, along))
      Lanes.store(dx, f32x4.mul(rest, slope), whole)
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
  if (at(args, 11)) Channels.slopes(scratch, float(at(args, 4), channels), at(args, 10), channels, real(args, 0))
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
        Columns.sums(args, float(row, c), count, float(0, c), scratch, double(sums, c), double(products, c), true)
      }
      for (; c < channels; c++) {
        Columns.sums(args, float(row, c), count, float(0, c), scratch, double(sums, c), double(products, c), false)
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
  const rows = Channels.rowsAtATime(channels)
  for (let row = from; row < to; row += rows) {
    const count = min(rows, to - row)
    const place = <usize>row * stride
    let c = 0
    for (; c + 4 <= channels; c += 4) Columns.gradient(args, float(place, c), stride, count, float(0, c), true)
    for (; c < channels; c++) Columns.gradient(args, float(place, c), stride, count, float(0, c), false)
  }
}
