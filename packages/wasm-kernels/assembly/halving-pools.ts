// Max pooling over windows of 2 × 2 side by side, the most common one, in loops of its own: no window has an edge, and none shares
// a pixel with another, so a gradient is stored where others have to be added.

import { Lanes } from './gg-lanes'
import { at, float, int } from './job'
import {
  CHANNELS,
  FILTER_HEIGHT,
  FILTER_WIDTH,
  IN_HEIGHT,
  IN_WIDTH,
  LEFT,
  OUT_HEIGHT,
  OUT_WIDTH,
  STRIDE_HEIGHT,
  STRIDE_WIDTH,
  TOP,
} from './windows'

/** Whether a pooling is one of these. */
export function isHalving(args: usize): bool {
  const ofTwo =
    int(args, FILTER_HEIGHT) === 2 &&
    int(args, FILTER_WIDTH) === 2 &&
    int(args, STRIDE_HEIGHT) === 2 &&
    int(args, STRIDE_WIDTH) === 2
  const inside = int(args, TOP) === 0 && int(args, LEFT) === 0
  const fits = 2 * int(args, OUT_HEIGHT) <= int(args, IN_HEIGHT) && 2 * int(args, OUT_WIDTH) <= int(args, IN_WIDTH)
  return ofTwo && inside && fits
}

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Halving {
  /** The first pixel of the windows of row `row` of the outputs, the rows of all images being counted through. */
  @inline
  static start(args: usize, row: i32): usize {
    const image = row / int(args, OUT_HEIGHT)
    const first = image * int(args, IN_HEIGHT) + 2 * (row - image * int(args, OUT_HEIGHT))
    return float(0, first * int(args, IN_WIDTH) * int(args, CHANNELS))
  }

  /** The largest of each of `count` channels; NaN if there is one. `f32x4.max` would see to that by itself, in twice the time. */
  @inline
  static largest(y: usize, x: usize, line: usize, step: usize, count: i32): void {
    const a = Lanes.read(x, count)
    const b = Lanes.read(x + step, count)
    const c = Lanes.read(x + line, count)
    const d = Lanes.read(x + line + step, count)
    const nan = v128.or(v128.or(f32x4.ne(a, a), f32x4.ne(b, b)), v128.or(f32x4.ne(c, c), f32x4.ne(d, d)))
    Lanes.write(y, v128.or(f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)), nan), count)
  }

  /** Gives dy to the first of the largest, or to the first NaN, and 0 to the others. */
  @inline
  static give(dx: usize, x: usize, dy: usize, line: usize, step: usize, count: i32): void {
    const a = Lanes.read(x, count)
    const b = Lanes.read(x + step, count)
    const c = Lanes.read(x + line, count)
    const d = Lanes.read(x + line + step, count)
    const share = Lanes.read(dy, count)
    const second = Lanes.isBetter(b, a)
    const top = v128.bitselect(b, a, second)
    const third = Lanes.isBetter(c, top)
    const fourth = Lanes.isBetter(d, v128.bitselect(c, top, third))
    const others = v128.andnot(share, fourth)
    const ofTop = v128.andnot(others, third)
    Lanes.write(dx, v128.andnot(ofTop, second), count)
    Lanes.write(dx + step, v128.and(ofTop, second), count)
    Lanes.write(dx + line, v128.and(others, third), count)
    Lanes.write(dx + line + step, v128.and(share, fourth), count)
  }
}

/** Row `row` of the outputs. */
export function halve(args: usize, row: i32): void {
  const channels = int(args, CHANNELS)
  const step = float(0, channels)
  const line = float(0, int(args, IN_WIDTH) * channels)
  const width = int(args, OUT_WIDTH)
  let x = at(args, 1) + Halving.start(args, row)
  let y = at(args, 0) + float(0, row * width * channels)
  for (let j = 0; j < width; j++, x += step) {
    const end = y + (step & -16)
    for (; y < end; x += 16, y += 16) Halving.largest(y, x, line, step, 4)
    if (channels & 2) {
      Halving.largest(y, x, line, step, 2)
      x += 8
      y += 8
    }
    if (channels & 1) {
      Halving.largest(y, x, line, step, 1)
      x += 4
      y += 4
    }
  }
}

/** The gradient of row `row`. */
function halveBack(args: usize, row: i32): void {
  const channels = int(args, CHANNELS)
  const step = float(0, channels)
  const line = float(0, int(args, IN_WIDTH) * channels)
  const width = int(args, OUT_WIDTH)
  const start = Halving.start(args, row)
  const toDx = at(args, 0) - at(args, 1)
  let x = at(args, 1) + start
  let dy = at(args, 2) + float(0, row * width * channels)
  for (let j = 0; j < width; j++, x += step) {
    const end = dy + (step & -16)
    for (; dy < end; x += 16, dy += 16) Halving.give(x + toDx, x, dy, line, step, 4)
    if (channels & 2) {
      Halving.give(x + toDx, x, dy, line, step, 2)
      x += 8
      dy += 8
    }
    if (channels & 1) {
      Halving.give(x + toDx, x, dy, line, step, 1)
      x += 4
      dy += 4
    }
  }
}

/** The gradient of an image. Pixels behind the last window get 0. */
export function halveImageBack(args: usize, image: i32): void {
  const rows = int(args, OUT_HEIGHT)
  if (2 * rows < int(args, IN_HEIGHT) || 2 * int(args, OUT_WIDTH) < int(args, IN_WIDTH)) {
    const size = float(0, int(args, IN_HEIGHT) * int(args, IN_WIDTH) * int(args, CHANNELS))
    memory.fill(at(args, 0) + <usize>image * size, 0, size)
  }
  for (let i = 0; i < rows; i++) halveBack(args, image * rows + i)
}
