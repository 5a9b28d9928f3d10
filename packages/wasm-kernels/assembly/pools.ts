import { Lanes } from './gg-lanes'
import { halve, halveImageBack, isHalving } from './halving-pools'
import { at, float } from './job'
import { eachWindow, eachWindowOfImage, Window } from './windows'

/** y = max of the window; NaN if it holds one, -Infinity if it is all padding. */
class Max extends Window {
  run(args: usize, pixel: usize, output: usize, height: i32, width: i32, line: usize, channels: i32): void {
    const step = float(0, channels)
    const x = at(args, 1) + pixel
    const y = at(args, 0) + output
    // The last four channels may have been done in part: they come out the same.
    for (let c = 0; c < channels && channels >= 4; c += 4) {
      const from = float(0, min(c, channels - 4))
      v128.store(y + from, ofFour(x + from, height, width, line, step))
    }
    for (let c = 0; c < channels && channels < 4; c++) {
      let max: f32 = -Infinity
      for (let i = 0; i < height; i++) {
        let p = x + <usize>i * line + float(0, c)
        for (let j = 0; j < width; j++, p += step) max = Mathf.max(max, load<f32>(p))
      }
      store<f32>(float(y, c), max)
    }
  }
}

/** `f32x4.max` would see to NaN by itself, in twice the time: here NaN is looked for beside. */
function ofFour(x: usize, height: i32, width: i32, line: usize, step: usize): v128 {
  let max = f32x4.splat(-Infinity)
  let nan = i32x4.splat(0)
  for (let i = 0; i < height; i++) {
    let p = x + <usize>i * line
    for (let j = 0; j < width; j++, p += step) {
      const value = v128.load(p)
      max = f32x4.pmax(max, value)
      nan = v128.or(nan, f32x4.ne(value, value))
    }
  }
  return v128.or(max, nan)
}

/** Adds dy to the gradient of the window's first maximum, or of its first NaN. */
class MaxGrad extends Window {
  run(args: usize, pixel: usize, output: usize, height: i32, width: i32, line: usize, channels: i32): void {
    if (height === 0 || width === 0) return
    const step = float(0, channels)
    const x = at(args, 1) + pixel
    const dx = at(args, 0) + pixel
    const dy = at(args, 2) + output
    let c = 0
    for (; c + 4 <= channels; c += 4)
      four(float(dx, c), float(x, c), v128.load(float(dy, c)), height, width, line, step)
    if (c < channels && c > 0) {
      // The last four channels: those that were done get nothing more.
      const left = channels - c
      const rest = v128.load(float(dy, channels - 4))
      const mask = i32x4.gt_s(i32x4(0, 1, 2, 3), i32x4.splat(3 - left))
      const from = channels - 4
      four(float(dx, from), float(x, from), v128.and(rest, mask), height, width, line, step)
      return
    }
    for (; c < channels; c++) one(float(dx, c), float(x, c), load<f32>(float(dy, c)), height, width, line, step)
  }
}

function give(dx: usize, share: v128): void {
  v128.store(dx, f32x4.add(v128.load(dx), share))
}

function four(dx: usize, x: usize, dy: v128, height: i32, width: i32, line: usize, step: usize): void {
  let max = v128.load(x)
  let best = i32x4.splat(0)
  for (let i = 0, k = 0; i < height; i++) {
    let p = x + <usize>i * line
    for (let j = 0; j < width; j++, k++, p += step) {
      const value = v128.load(p)
      const better = Lanes.isBetter(value, max)
      max = v128.bitselect(value, max, better)
      best = v128.bitselect(i32x4.splat(k), best, better)
    }
  }
  for (let i = 0, k = 0; i < height; i++) {
    let p = dx + <usize>i * line
    for (let j = 0; j < width; j++, k++, p += step) give(p, v128.and(dy, i32x4.eq(best, i32x4.splat(k))))
  }
}

function one(dx: usize, x: usize, dy: f32, height: i32, width: i32, line: usize, step: usize): void {
  let max = load<f32>(x)
  let best: usize = 0
  for (let i = 0; i < height; i++) {
    let p = <usize>i * line
    for (let j = 0; j < width; j++, p += step) {
      const value = load<f32>(x + p)
      if (!(value <= max) && max <= Infinity) {
        max = value
        best = p
      }
    }
  }
  store<f32>(dx + best, load<f32>(dx + best) + dy)
}

/** y = mean of the window's pixels inside the image; NaN if it is all padding. */
class Average extends Window {
  run(args: usize, pixel: usize, output: usize, height: i32, width: i32, line: usize, channels: i32): void {
    const step = float(0, channels)
    const x = at(args, 1) + pixel
    const y = at(args, 0) + output
    const count = f32x4.splat(<f32>(height * width))
    let c = 0
    for (; c + 16 <= channels; c += 16) averageSixteen(float(y, c), float(x, c), height, width, line, step)
    // The last four channels may have been done in part: they come out the same.
    for (; c < channels && channels >= 4; c += 4) {
      const from = float(0, min(c, channels - 4))
      const isTwoByTwo = height === 2 && width === 2
      const sum = isTwoByTwo ? sumOfTwoByTwo(x + from, line, step) : sumOfFour(x + from, height, width, line, step)
      v128.store(y + from, f32x4.div(sum, count))
    }
    for (; c < channels; c++) {
      let sum: f32 = 0
      for (let i = 0; i < height; i++) {
        let p = x + <usize>i * line + float(0, c)
        for (let j = 0; j < width; j++, p += step) sum += load<f32>(p)
      }
      store<f32>(float(y, c), sum / <f32>(height * width))
    }
  }
}

/** Sixteen channels: a cache line of each pixel. */
function averageSixteen(y: usize, x: usize, height: i32, width: i32, line: usize, step: usize): void {
  let a = f32x4.splat(0)
  let b = a
  let c = a
  let d = a
  for (let i = 0; i < height; i++) {
    let p = x + <usize>i * line
    for (let j = width; j > 0; j--, p += step) {
      a = f32x4.add(a, v128.load(p))
      b = f32x4.add(b, v128.load(p, 16))
      c = f32x4.add(c, v128.load(p, 32))
      d = f32x4.add(d, v128.load(p, 48))
    }
  }
  const count = f32x4.splat(<f32>(height * width))
  v128.store(y, f32x4.div(a, count))
  v128.store(y, f32x4.div(b, count), 16)
  v128.store(y, f32x4.div(c, count), 32)
  v128.store(y, f32x4.div(d, count), 48)
}

function sumOfTwoByTwo(x: usize, line: usize, step: usize): v128 {
  const top = f32x4.add(v128.load(x), v128.load(x + step))
  return f32x4.add(f32x4.add(top, v128.load(x + line)), v128.load(x + line + step))
}

function sumOfFour(x: usize, height: i32, width: i32, line: usize, step: usize): v128 {
  let sum = f32x4.splat(0)
  for (let i = 0; i < height; i++) {
    let p = x + <usize>i * line
    for (let j = width; j > 0; j--, p += step) sum = f32x4.add(sum, v128.load(p))
  }
  return sum
}

/** Adds an even share of dy to the gradient of each pixel. */
class AverageGrad extends Window {
  run(args: usize, pixel: usize, output: usize, height: i32, width: i32, line: usize, channels: i32): void {
    const step = float(0, channels)
    const dx = at(args, 0) + pixel
    const dy = at(args, 1) + output
    const count = <f32>(height * width)
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      const share = f32x4.div(v128.load(float(dy, c)), f32x4.splat(count))
      for (let i = 0; i < height; i++) {
        let p = float(dx, c) + <usize>i * line
        for (let j = 0; j < width; j++, p += step) v128.store(p, f32x4.add(v128.load(p), share))
      }
    }
    for (; c < channels; c++) {
      const share = load<f32>(float(dy, c)) / count
      for (let i = 0; i < height; i++) {
        let p = float(dx, c) + <usize>i * line
        for (let j = 0; j < width; j++, p += step) store<f32>(p, load<f32>(p) + share)
      }
    }
  }
}

/** Arguments: y, x, none, geometry. Items: rows of outputs, over all images. */
export function maxPool(args: usize, from: i32, to: i32, scratch: usize): void {
  const halving = isHalving(args)
  for (let row = from; row < to; row++) {
    if (halving) halve(args, row)
    else eachWindow<Max>(args, row)
  }
}

/** Arguments: dx, x, dy, geometry. Items: images, since windows of neighbouring rows may overlap. */
export function maxPoolGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const halving = isHalving(args)
  for (let image = from; image < to; image++) {
    if (halving) halveImageBack(args, image)
    else eachWindowOfImage<MaxGrad>(args, image)
  }
}

/** Arguments: y, x, none, geometry. Items: rows of outputs, over all images. */
export function avgPool(args: usize, from: i32, to: i32, scratch: usize): void {
  for (let row = from; row < to; row++) eachWindow<Average>(args, row)
}

/** Arguments: dx, dy, none, geometry. Items: images. */
export function avgPoolGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  for (let image = from; image < to; image++) eachWindowOfImage<AverageGrad>(args, image)
}
