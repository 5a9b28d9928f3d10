// A bias of each channel and ReLU, forward and backward, in one pass over a matrix [rows, channels] each.

import { Lanes } from './gg-lanes'
import { at, double, float, int } from './job'

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Bias {
  @inline
  static add(args: usize, row: usize, channel: usize, floor: v128, lanes: i32): void {
    const place = row + channel
    const sum = f32x4.add(Lanes.read(at(args, 1) + place, lanes), Lanes.read(at(args, 2) + channel, lanes))
    // pmax(a, b) is a unless a < b: NaN stays NaN.
    Lanes.write(at(args, 0) + place, f32x4.pmax(sum, floor), lanes)
  }

  /** Writes g = dy · [y > 0] of `count` rows of some channels and adds it to their sums in float64. */
  @inline
  static gradient(args: usize, place: usize, stride: usize, count: i32, sums: usize, lanes: i32): void {
    let g = at(args, 1) + place
    let dy = at(args, 2) + place
    let y = at(args, 3) + place
    let sum = f32x4.splat(0)
    for (let i = 0; i < count; i++, g += stride, dy += stride, y += stride) {
      const value = f32x4.mul(Lanes.read(dy, lanes), Lanes.slopeOfRelu(Lanes.read(y, lanes)))
      Lanes.write(g, value, lanes)
      sum = f32x4.add(sum, value)
    }
    Lanes.addTo(sums, sum)
  }
}

/** y = x + bias, or max(x + bias, 0). Arguments: y, x, bias, channels, relu. Items: rows. */
export function ggAddBias(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 3)
  const fours = channels & -4
  const floor = int(args, 4) ? f32x4.splat(0) : f32x4.splat(-Infinity)
  for (let row = from; row < to; row++) {
    const place = float(0, row * channels)
    for (let c = 0; c < fours; c += 4) Bias.add(args, place, float(0, c), floor, 4)
    if (channels & 2) Bias.add(args, place, float(0, fours), floor, 2)
    if (channels & 1) Bias.add(args, place, float(0, channels - 1), floor, 1)
  }
}

/**
 * g = dy · [y > 0], and its sums over blocks of rows.
 * Arguments: sums [blocks, width] in float64, g, dy, y, channels, rows, rows of a block, width. Items: blocks.
 */
export function ggAddBiasGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 4)
  const fours = channels & -4
  const rows = int(args, 5)
  const blockRows = int(args, 6)
  const width = (<usize>int(args, 7)) << 3
  const stride = float(0, channels)
  for (let block = from; block < to; block++) {
    const sums = at(args, 0) + <usize>block * width
    memory.fill(sums, 0, width)
    const end = min(rows, (block + 1) * blockRows)
    for (let row = block * blockRows; row < end; row += 32) {
      const count = min(32, end - row)
      const place = <usize>row * stride
      for (let c = 0; c < fours; c += 4) Bias.gradient(args, float(place, c), stride, count, double(sums, c), 4)
      // Zeros are added to what follows, for which `width` leaves room.
      if (channels & 2) Bias.gradient(args, float(place, fours), stride, count, double(sums, fours), 2)
      if (channels & 1) Bias.gradient(args, float(place, channels - 1), stride, count, double(sums, channels - 1), 1)
    }
  }
}

/** The sum of the blocks' sums. Arguments: result, sums, blocks, width. Items: channels. */
export function ggSumBlocks(args: usize, from: i32, to: i32, scratch: usize): void {
  const width = (<usize>int(args, 3)) << 3
  for (let c = from; c < to; c++) {
    let sum: f64 = 0
    let place = double(at(args, 1), c)
    for (let block = 0; block < int(args, 2); block++, place += width) sum += load<f64>(place)
    store<f32>(float(at(args, 0), c), <f32>sum)
  }
}
