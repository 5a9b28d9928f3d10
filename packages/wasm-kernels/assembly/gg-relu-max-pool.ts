// ReLU and max pooling that remember the places of the maxima: a byte each while they work, a few bits each between the
// passes. A place counts the pixels of a window that are inside the image, row by row.

import { Lanes } from './gg-lanes'
import { at, float, int } from './job'
import { eachWindow, eachWindowOfImage, Window } from './windows'

/** The first int behind the geometry. */
const PLACES: i32 = 14

/** Writes the largest number, or 0, and its place. */
class Maximum extends Window {
  run(args: usize, pixel: usize, output: usize, height: i32, width: i32, line: usize, channels: i32): void {
    const x = at(args, 1) + pixel
    const y = at(args, 0) + output
    const places = at(args, 2) + (output >> 2)
    const step = float(0, channels)
    let c = 0
    for (; c + 4 <= channels; c += 4) Places.find(x, y, places, c, height, width, line, step, true)
    for (; c < channels; c++) Places.find(x, y, places, c, height, width, line, step, false)
  }
}

/** Adds dy · [z > 0] to the gradient at the place. */
class Spread extends Window {
  run(args: usize, pixel: usize, output: usize, height: i32, width: i32, line: usize, channels: i32): void {
    const step = float(0, channels)
    let c = 0
    for (; c + 4 <= channels; c += 4) Places.spread(args, pixel, output, c, height, width, line, step, true)
    for (; c < channels; c++) Places.spread(args, pixel, output, c, height, width, line, step, false)
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
abstract class Places {
  @inline
  static find(
    x: usize,
    y: usize,
    places: usize,
    channel: i32,
    height: i32,
    width: i32,
    line: usize,
    step: usize,
    whole: bool,
  ): void {
    let largest = Lanes.load(float(x, channel), whole)
    let best = i32x4.splat(0)
    for (let i = 0, k = 0; i < height; i++) {
      let p = float(x, channel) + <usize>i * line
      for (let j = 0; j < width; j++, k++, p += step) {
        const value = Lanes.load(p, whole)
        const better = Lanes.isBetter(value, largest)
        largest = v128.bitselect(value, largest, better)
        best = v128.bitselect(i32x4.splat(k), best, better)
      }
    }
    Lanes.store(float(y, channel), f32x4.pmax(largest, f32x4.splat(0)), whole)
    const bytes = bytesOf(best)
    if (whole) v128.store_lane<i32>(places + channel, bytes, 0)
    else v128.store_lane<i8>(places + channel, bytes, 0)
  }

  @inline
  static spread(
    args: usize,
    pixel: usize,
    output: usize,
    channel: i32,
    height: i32,
    width: i32,
    line: usize,
    step: usize,
    whole: bool,
  ): void {
    const from = float(output, channel)
    const places = at(args, PLACES) + (output >> 2) + channel
    const best = whole ? numbersAt(places) : i32x4.splat(load<u8>(places))
    const slope = Lanes.slopeOfRelu(Lanes.load(at(args, 2) + from, whole))
    const share = f32x4.mul(Lanes.load(at(args, 1) + from, whole), slope)
    for (let i = 0, k = 0; i < height; i++) {
      let p = float(at(args, 0) + pixel, channel) + <usize>i * line
      for (let j = 0; j < width; j++, k++, p += step) {
        const chosen = v128.and(share, i32x4.eq(best, i32x4.splat(k)))
        Lanes.store(p, f32x4.add(Lanes.load(p, whole), chosen), whole)
      }
    }
  }
}

/** Arguments: y, x, a byte for each number of y, geometry. Items: rows of outputs, over all images. */
export function ggReluMaxPool(args: usize, from: i32, to: i32, scratch: usize): void {
  for (let row = from; row < to; row++) eachWindow<Maximum>(args, row)
}

/** Arguments: dx, dy, z, geometry, the places as bytes. Items: images. */
export function ggReluMaxPoolGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  for (let image = from; image < to; image++) eachWindowOfImage<Spread>(args, image)
}

/** Four whole numbers below 256 as bytes, the first four of the result. */
function bytesOf(numbers: v128): v128 {
  const halves = i16x8.narrow_i32x4_u(numbers, numbers)
  return i8x16.narrow_i16x8_u(halves, halves)
}

/** Four bytes as whole numbers. */
function numbersAt(bytes: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(bytes)))
}

/**
 * Float32 holds whole numbers of 24 bits: word w gets the places w, words + w, 2 words + w, ..., the first as its lowest.
 * Arguments: words, places, how many words, places of a word, bits of a place. Items: words.
 */
export function ggPackPlaces(args: usize, from: i32, to: i32, scratch: usize): void {
  const words = int(args, 2)
  const count = int(args, 3)
  const bits = int(args, 4)
  let w = from
  for (; w + 4 <= to; w += 4) {
    let word = i32x4.splat(0)
    for (let i = count - 1; i >= 0; i--) {
      word = v128.or(i32x4.shl(word, bits), numbersAt(at(args, 1) + i * words + w))
    }
    v128.store(float(at(args, 0), w), f32x4.convert_i32x4_s(word))
  }
  for (; w < to; w++) {
    let word = 0
    for (let i = count - 1; i >= 0; i--) word = (word << bits) | <i32>load<u8>(at(args, 1) + i * words + w)
    store<f32>(float(at(args, 0), w), <f32>word)
  }
}

/** Arguments: places, words, how many words, places of a word, bits of a place. Items: words. */
export function ggUnpackPlaces(args: usize, from: i32, to: i32, scratch: usize): void {
  const words = int(args, 2)
  const count = int(args, 3)
  const bits = int(args, 4)
  const mask = (1 << bits) - 1
  let w = from
  for (; w + 4 <= to; w += 4) {
    let word = i32x4.trunc_sat_f32x4_s(v128.load(float(at(args, 1), w)))
    for (let i = 0; i < count; i++) {
      v128.store_lane<i32>(at(args, 0) + i * words + w, bytesOf(v128.and(word, i32x4.splat(mask))), 0)
      word = i32x4.shr_u(word, bits)
    }
  }
  for (; w < to; w++) {
    let word = <i32>load<f32>(float(at(args, 1), w))
    for (let i = 0; i < count; i++, word >>= bits) store<u8>(at(args, 0) + i * words + w, <u8>(word & mask))
  }
}
