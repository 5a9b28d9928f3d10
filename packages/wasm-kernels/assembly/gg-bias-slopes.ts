// The gradient of GAAF behind a bias, of what the bias was added to and of the bias itself, in one pass over a matrix
// [rows, channels].
//
// Rows lie behind one another, so eight numbers can be read at a time whatever the channels are: a pattern is the least
// number of channels in a row that eights fill, and no channel is left over.

import { RELU, SHIFTED_SIGMOID, Slopes } from './gg-slopes'
import { at, double, float, int } from './job'

// The whole numbers of the description, behind five addresses.
const CHANNELS: i32 = 5
const ROWS: i32 = 6
const BLOCK_ROWS: i32 = 7
const WIDTH: i32 = 8
const KIND: i32 = 9
const PATTERN: i32 = 10

/** Numbers of a group, over which sums are made in float32: three such groups are in the cache. */
const GROUP: i32 = 2048

/** Patterns of a group at least: with fewer the ends of the loops would be felt. */
const LEAST: i32 = 32

/** Room for what `Slopes.tabulate` writes; the bias of a pattern and its sums come behind it. */
const TABLE_BYTES: usize = 64

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class BiasSlopes {
  /** g of a group of `count` numbers at `place`, but for those behind the last eight. */
  @inline
  static slopes(args: usize, place: usize, count: i32, bias: usize, kind: i32, table: usize): void {
    const biasEnd = float(bias, int(args, PATTERN))
    let g = at(args, 1) + place
    let dy = at(args, 2) + place
    let z = at(args, 3) + place
    let p = bias
    const end = float(z, count & -8)
    for (; z < end; z += 32, dy += 32, g += 32) {
      const low = f32x4.add(v128.load(z), v128.load(p))
      const high = f32x4.add(v128.load(z, 16), v128.load(p, 16))
      const lows = f32x4.mul(v128.load(dy), Slopes.exact(RELU, kind, low, low, table))
      const highs = f32x4.mul(v128.load(dy, 16), Slopes.exact(RELU, kind, high, high, table))
      v128.store(g, lows)
      v128.store(g, highs, 16)
      p += 32
      if (p === biasEnd) p = bias
    }
  }

  /** The sums of their pattern, while they are in the cache. */
  @inline
  static sum(args: usize, place: usize, count: i32, sums: usize): void {
    const pattern = float(0, int(args, PATTERN))
    const first = at(args, 1) + place
    const end = float(first, count & -8)
    for (let p: usize = 0; p < pattern; p += 32) {
      let even = f32x4.splat(0)
      let evenHigh = even
      let odd = even
      let oddHigh = even
      let g = first + p
      // Two patterns side by side: an addition waits for the one before.
      for (; g + pattern < end; g += 2 * pattern) {
        even = f32x4.add(even, v128.load(g))
        evenHigh = f32x4.add(evenHigh, v128.load(g, 16))
        odd = f32x4.add(odd, v128.load(g + pattern))
        oddHigh = f32x4.add(oddHigh, v128.load(g + pattern, 16))
      }
      if (g < end) {
        even = f32x4.add(even, v128.load(g))
        evenHigh = f32x4.add(evenHigh, v128.load(g, 16))
      }
      v128.store(sums + p, f32x4.add(even, odd))
      v128.store(sums + p, f32x4.add(evenHigh, oddHigh), 16)
    }
  }

  /** The numbers behind the last eight. A function of its own: within the loops it would take their registers. */
  static rest(args: usize, place: usize, count: i32, bias: usize, sums: usize, kind: i32, table: usize): void {
    for (let i = count & -8; i < count; i++) {
      const here = float(place, i)
      const p = float(0, i % int(args, PATTERN))
      const x = f32x4.add(v128.load32_zero(at(args, 3) + here), v128.load32_zero(bias + p))
      const value = f32x4.mul(v128.load32_zero(at(args, 2) + here), Slopes.exact(RELU, kind, x, x, table))
      v128.store_lane<f32>(at(args, 1) + here, value, 0)
      v128.store_lane<f32>(sums + p, f32x4.add(v128.load32_zero(sums + p), value), 0)
    }
  }
}

/**
 * g = dy · (1[z + bias > 0] + strength · s(z + bias)), and its sums over blocks of rows.
 * Arguments: sums [blocks, width] in float64, g, dy, z, bias, channels, rows, rows of a block, width, shape, channels of a
 * pattern; a, b, strength. Items: blocks. Scratch: the table, and two patterns.
 */
export function ggAccelerateBiasGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const kind = int(args, KIND)
  const channels = int(args, CHANNELS)
  const pattern = int(args, PATTERN)
  const width = (<usize>int(args, WIDTH)) << 3
  const bias = scratch + TABLE_BYTES
  const sums = float(bias, pattern)
  const groupRows = (max(LEAST, GROUP / pattern) * pattern) / channels
  Slopes.tabulate(scratch, args, kind)
  for (let q = 0; q < pattern; q += channels) memory.copy(float(bias, q), at(args, 4), float(0, channels))
  for (let block = from; block < to; block++) {
    const total = at(args, 0) + <usize>block * width
    memory.fill(total, 0, width)
    const end = min(int(args, ROWS), (block + 1) * int(args, BLOCK_ROWS))
    for (let row = block * int(args, BLOCK_ROWS); row < end; row += groupRows) {
      const place = float(0, row * channels)
      const count = min(groupRows, end - row) * channels
      // The shape that a ReLU has by default gets a loop of its own, without a choice in it.
      if (kind === SHIFTED_SIGMOID) BiasSlopes.slopes(args, place, count, bias, SHIFTED_SIGMOID, scratch)
      else BiasSlopes.slopes(args, place, count, bias, kind, scratch)
      BiasSlopes.sum(args, place, count, sums)
      if (count & 7) BiasSlopes.rest(args, place, count, bias, sums, kind, scratch)
      for (let q = 0, c = 0; q < pattern; q++, c = c + 1 === channels ? 0 : c + 1) {
        const sum = double(total, c)
        store<f64>(sum, load<f64>(sum) + <f64>load<f32>(float(sums, q)))
      }
    }
  }
}
