// Lateral inhibition of a gradient [batch, height, width, channels], image by image and set by set: the norms of the
// minicolumns, their response to a kernel, a threshold, and the product with the mask, all within the cache.

import { Lanes } from './gg-lanes'
import { at, float, int, real } from './job'

// The whole numbers of the description.
const HEIGHT: i32 = 3
const WIDTH: i32 = 4
const CHANNELS: i32 = 5
const SETS: i32 = 6
const SIZE: i32 = 7
const REFLECT: i32 = 8
const KIND: i32 = 9
const KEPT: i32 = 10
const RELU: i32 = 11

const STD: i32 = 0
const KEEP: i32 = 2

/** Responses that are computed together. */
const COLUMNS: i32 = 16

/** What comes through a ReLU of what it gives, from its output y: where that is NaN it is not shut off. */
function rectify(to: usize, from: usize, y: usize, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const shut = f32x4.le(v128.load(float(y, i)), f32x4.splat(0))
    v128.store(float(to, i), v128.andnot(v128.load(float(from, i)), shut))
  }
  for (; i < count; i++) {
    const shut = f32x4.le(Lanes.load(float(y, i), false), f32x4.splat(0))
    Lanes.store(float(to, i), v128.andnot(Lanes.load(float(from, i), false), shut), false)
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Minicolumn {
  @inline
  private static added(squares: v128, g: v128): v128 {
    return f32x4.add(squares, f32x4.mul(g, g))
  }

  /** The sum of the squares of `count` numbers, in four parts. */
  @inline
  static squares(numbers: usize, count: i32): v128 {
    let squares = f32x4.splat(0)
    let c = 0
    for (; c + 4 <= count; c += 4) squares = Minicolumn.added(squares, Lanes.read(float(numbers, c), 4))
    if (count & 2) {
      squares = Minicolumn.added(squares, Lanes.read(float(numbers, c), 2))
      c += 2
    }
    if (count & 1) squares = Minicolumn.added(squares, Lanes.read(float(numbers, c), 1))
    return squares
  }

  @inline
  private static scaled(to: usize, from: usize, factor: v128, count: i32): void {
    Lanes.write(to, f32x4.mul(Lanes.read(from, count), factor), count)
  }

  /** Writes `count` numbers of `from`, times a number that is in all lanes. */
  @inline
  static scale(to: usize, from: usize, count: i32, factor: v128): void {
    let c = 0
    for (; c + 4 <= count; c += 4) Minicolumn.scaled(float(to, c), float(from, c), factor, 4)
    if (count & 2) {
      Minicolumn.scaled(float(to, c), float(from, c), factor, 2)
      c += 2
    }
    if (count & 1) Minicolumn.scaled(float(to, c), float(from, c), factor, 1)
  }
}

/** The norms of four minicolumns of `count` numbers, `stride` bytes apart. */
function fourNorms(numbers: usize, stride: usize, count: i32): v128 {
  const a = Minicolumn.squares(numbers, count)
  const b = Minicolumn.squares(numbers + stride, count)
  const c = Minicolumn.squares(numbers + 2 * stride, count)
  const d = Minicolumn.squares(numbers + 3 * stride, count)
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7))
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7))
  return f32x4.sqrt(f32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7)))
}

/** The norm of one. */
function norm(numbers: usize, count: i32): f32 {
  const squares = Minicolumn.squares(numbers, count)
  const pairs = f32x4.add(squares, Lanes.upper(squares))
  return sqrt(f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1))
}

/** The row or column of a map whose mirror image, without the rim, lies at `i`; -1 where there is nothing but zeros. */
function mirrored(i: i32, length: i32, reflect: i32): i32 {
  if (i >= 0 && i < length) return i
  if (!reflect) return -1
  return i < 0 ? -i : 2 * (length - 1) - i
}

/** Norms with what surrounds them, `stride` a row; gives the largest one, NaN if there is one. */
function padNorms(args: usize, minicolumns: usize, padded: usize, stride: i32): f32 {
  const height = int(args, HEIGHT)
  const width = int(args, WIDTH)
  const channels = int(args, CHANNELS)
  const radius = int(args, SIZE) >> 1
  const reflect = int(args, REFLECT)
  const count = channels / int(args, SETS)
  const pitch = float(0, channels)
  let largest = f32x4.splat(0)
  memory.fill(padded, 0, float(0, (height + 2 * radius) * stride))
  for (let i = 0; i < height; i++) {
    const row = float(padded, (i + radius) * stride + radius)
    let column = minicolumns + <usize>(i * width) * pitch
    let j = 0
    for (; j + 4 <= width; j += 4, column += 4 * pitch) {
      const norms = fourNorms(column, pitch, count)
      largest = f32x4.max(largest, norms)
      v128.store(float(row, j), norms)
    }
    for (; j < width; j++, column += pitch) {
      const size = norm(column, count)
      largest = f32x4.max(largest, f32x4.splat(size))
      store<f32>(float(row, j), size)
    }
    for (let j = 1; reflect && j <= radius; j++) {
      store<f32>(float(row, -j), load<f32>(float(row, mirrored(-j, width, 1))))
      store<f32>(float(row, width - 1 + j), load<f32>(float(row, mirrored(width - 1 + j, width, 1))))
    }
  }
  for (let i = 1; reflect && i <= radius; i++) {
    const above = float(padded, (radius - i) * stride)
    memory.copy(above, float(padded, (radius + mirrored(-i, height, 1)) * stride), float(0, stride))
    const below = height - 1 + i
    const source = float(padded, (radius + mirrored(below, height, 1)) * stride)
    memory.copy(float(padded, (radius + below) * stride), source, float(0, stride))
  }
  const pairs = f32x4.max(largest, Lanes.upper(largest))
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1))
}

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Responses {
  /** Writes four responses and their sizes; those that are nothing but rounding are 0. */
  @inline
  static store(sums: v128, least: v128, responses: usize, sizes: usize): void {
    const size = f32x4.abs(sums)
    const there = v128.and(f32x4.ge(f32x4.sub(size, least), f32x4.splat(0)), f32x4.splat(1))
    v128.store(responses, f32x4.mul(sums, there))
    v128.store(sizes, f32x4.mul(size, there))
  }
}

/**
 * The responses and their sizes, sixteen at a time, so that no sum waits for the one before. What a row has too many the
 * next one overwrites, and the last one has room behind it.
 */
function respond(args: usize, padded: usize, stride: i32, sizes: usize, responses: usize, rounding: f32): void {
  const width = int(args, WIDTH)
  const size = int(args, SIZE)
  const least = f32x4.splat(rounding)
  for (let i = 0; i < int(args, HEIGHT); i++) {
    for (let j = 0; j < width; j += COLUMNS) {
      let first = f32x4.splat(0)
      let second = first
      let third = first
      let fourth = first
      let weight = at(args, 2)
      for (let row = i; row < i + size; row++) {
        let from = float(padded, row * stride + j)
        for (let k = 0; k < size; k++, from += 4, weight += 4) {
          const w = v128.load32_splat(weight)
          first = f32x4.add(first, f32x4.mul(v128.load(from), w))
          second = f32x4.add(second, f32x4.mul(v128.load(from, 16), w))
          third = f32x4.add(third, f32x4.mul(v128.load(from, 32), w))
          fourth = f32x4.add(fourth, f32x4.mul(v128.load(from, 48), w))
        }
      }
      const place = float(0, i * width + j)
      Responses.store(first, least, responses + place, sizes + place)
      Responses.store(second, least, responses + place + 16, sizes + place + 16)
      Responses.store(third, least, responses + place + 32, sizes + place + 32)
      Responses.store(fourth, least, responses + place + 48, sizes + place + 48)
    }
  }
}

function sumOf(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)
}

/** The standard deviation of the responses. */
function deviation(responses: usize, count: i32): f32 {
  // Four sums side by side: one alone waits for each addition.
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const values = v128.load(float(responses, i))
    low = f64x2.add(low, f64x2.promote_low_f32x4(values))
    high = f64x2.add(high, f64x2.promote_low_f32x4(Lanes.upper(values)))
  }
  let mean = sumOf(f64x2.add(low, high))
  for (; i < count; i++) mean += <f64>load<f32>(float(responses, i))
  mean /= <f64>count
  low = f64x2.splat(0)
  high = f64x2.splat(0)
  for (i = 0; i + 4 <= count; i += 4) {
    const values = v128.load(float(responses, i))
    const first = f64x2.sub(f64x2.promote_low_f32x4(values), f64x2.splat(mean))
    const second = f64x2.sub(f64x2.promote_low_f32x4(Lanes.upper(values)), f64x2.splat(mean))
    low = f64x2.add(low, f64x2.mul(first, first))
    high = f64x2.add(high, f64x2.mul(second, second))
  }
  let squares = sumOf(f64x2.add(low, high))
  for (; i < count; i++) {
    const d = <f64>load<f32>(float(responses, i)) - mean
    squares += d * d
  }
  return <f32>sqrt(squares / <f64>count)
}

/**
 * The `kept`-th largest size. Floats from 0 up are in the order of their bits: the number is found byte by byte, from a
 * count of those that begin like it.
 */
function smallestKept(sizes: usize, count: i32, kept: i32, counts: usize): f32 {
  let known: u32 = 0
  let left = kept
  for (let shift = 24; shift >= 0; shift -= 8) {
    memory.fill(counts, 0, 1024)
    const mask: u32 = shift === 24 ? 0 : 0xffffffff << (shift + 8)
    for (let i = 0; i < count; i++) {
      const bits = load<u32>(float(sizes, i))
      if ((bits & mask) !== known) continue
      const place = float(counts, <i32>((bits >> shift) & 255))
      store<i32>(place, load<i32>(place) + 1)
    }
    let byte = 255
    for (; byte > 0 && load<i32>(float(counts, byte)) < left; byte--) left -= load<i32>(float(counts, byte))
    known |= (<u32>byte) << shift
  }
  return reinterpret<f32>(known)
}

/** The smallest response that passes. */
function limitOf(args: usize, sizes: usize, responses: usize, counts: usize): f32 {
  const positions = int(args, HEIGHT) * int(args, WIDTH)
  const kind = int(args, KIND)
  if (kind === STD) return deviation(responses, positions) * real(args, 0)
  return kind === KEEP ? smallestKept(sizes, positions, int(args, KEPT), counts) : real(args, 0)
}

/** Minicolumns times 1 where their response reaches the limit, else times 0: a product, so that NaN shows. */
function multiply(args: usize, to: usize, from: usize, sizes: usize, limit: f32): void {
  const channels = int(args, CHANNELS)
  const count = channels / int(args, SETS)
  const end = float(sizes, int(args, HEIGHT) * int(args, WIDTH))
  const pitch = float(0, channels)
  for (let size = sizes, place: usize = 0; size < end; size += 4, place += pitch) {
    const reached = f32x4.ge(f32x4.sub(v128.load32_splat(size), f32x4.splat(limit)), f32x4.splat(0))
    Minicolumn.scale(to + place, from + place, count, v128.and(reached, f32x4.splat(1)))
  }
}

/**
 * Arguments: result, gradient, weights of the kernel, height, width, channels, sets, rows of the kernel, whether the maps
 * are mirrored, threshold (0 std, 1 absolute, 2 keep), positions kept, the output of a ReLU behind the features or 0;
 * threshold, what rounding is of the largest norm.
 * Items: images. Scratch: 1024 bytes, two maps with 16 numbers behind each, and a map with its surroundings, whose rows are
 * of 16 columns, 32, ...
 */
export function ggLateralMask(args: usize, from: i32, to: i32, scratch: usize): void {
  const width = int(args, WIDTH)
  const positions = int(args, HEIGHT) * width
  const stride = ((width + COLUMNS - 1) & -COLUMNS) + 2 * (int(args, SIZE) >> 1)
  const sizes = scratch + 1024
  const responses = float(sizes, positions + COLUMNS)
  const padded = float(responses, positions + COLUMNS)
  const numbers = positions * int(args, CHANNELS)
  // A ReLU's work is done image by image too, in the place of the result.
  const source = at(args, RELU) ? at(args, 0) : at(args, 1)
  for (let image = from; image < to; image++) {
    const whole = float(0, image * numbers)
    if (at(args, RELU)) rectify(source + whole, at(args, 1) + whole, at(args, RELU) + whole, numbers)
    for (let set = 0; set < int(args, SETS); set++) {
      const first = image * numbers + set * (int(args, CHANNELS) / int(args, SETS))
      const gradient = float(source, first)
      const largest = padNorms(args, gradient, padded, stride)
      respond(args, padded, stride, sizes, responses, largest * real(args, 1))
      multiply(args, float(at(args, 0), first), gradient, sizes, limitOf(args, sizes, responses, scratch))
    }
  }
}
