// A bias of each channel and ReLU, forward and backward, in one pass over a matrix [rows, channels] each.

import { Lanes } from './gg-lanes'
import { at, float, int } from './job'

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Bias {
  @inline
  static add(args: usize, row: usize, channel: usize, floor: v128, whole: bool): void {
    const place = row + channel
    const sum = f32x4.add(Lanes.load(at(args, 1) + place, whole), Lanes.load(at(args, 2) + channel, whole))
    // pmax(a, b) is a unless a < b: NaN stays NaN.
    Lanes.store(at(args, 0) + place, f32x4.pmax(sum, floor), whole)
  }

  /** Writes g = dy · [y > 0] of `count` rows of some channels and adds it to their sums in float64. */
  @inline
  static gradient(args: usize, place: usize, stride: usize, count: i32, sums: usize, whole: bool): void {
    let g = at(args, 1) + place
    let dy = at(args, 2) + place
    let y = at(args, 3) + place
    let sum = f32x4.splat(0)
    for (let i = 0; i < count; i++, g += stride, dy += stride, y += stride) {
      const value = f32x4.mul(Lanes.load(dy, whole), Lanes.slopeOfRelu(Lanes.load(y, whole)))
      Lanes.store(g, value, whole)
      sum = f32x4.add(sum, value)
    }
    Lanes.addTo(sums, sum)
  }
}

/** y = x + bias, or max(x + bias, 0). Arguments: y, x, bias, channels, relu. Items: rows. */
export function ggAddBias(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 3)
  const floor = int(args, 4) ? f32x4.splat(0) : f32x4.splat(-Infinity)
  for (let row = from; row < to; row++) {
    const place = float(0, row * channels)
    let c = 0
    for (; c + 4 <= channels; c += 4) Bias.add(args, place, float(0, c), floor, true)
    for (; c < channels; c++) Bias.add(args, place, float(0, c), floor, false)
  }
}

/**
 * g = dy · [y > 0], and its sums over blocks of rows.
 * Arguments: sums [blocks, width] in float64, g, dy, y, channels, rows, rows of a block, width. Items: blocks.
 */
export function ggAddBiasGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 4)
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
      let c = 0
      for (; c + 4 <= channels; c += 4) {
        Bias.gradient(args, float(place, c), stride, count, sums + ((<usize>c) << 3), true)
      }
      // Three zeros are added to what follows, for which `width` leaves room.
      for (; c < channels; c++) Bias.gradient(args, float(place, c), stride, count, sums + ((<usize>c) << 3), false)
    }
  }
}

/** The sum of the blocks' sums. Arguments: result, sums, blocks, width. Items: channels. */
export function ggSumBlocks(args: usize, from: i32, to: i32, scratch: usize): void {
  const width = (<usize>int(args, 3)) << 3
  for (let c = from; c < to; c++) {
    let sum: f64 = 0
    let place = at(args, 1) + ((<usize>c) << 3)
    for (let block = 0; block < int(args, 2); block++, place += width) sum += load<f64>(place)
    store<f32>(float(at(args, 0), c), <f32>sum)
  }
}
