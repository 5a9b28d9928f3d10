// Depthwise convolution and its gradients: each channel has filters of its own, so nothing is shared between channels and
// the vectors run along them. With a multiplier M, the result and the filter have M numbers for each channel of the image.

import { Axis } from './axis'
import { zeroFloats } from './images'
import { at, float, int, real } from './job'
import { addGroups, repeatNumbers, sumPixels, sumTaps, Taps } from './taps'
import { loadPart, storePart } from './tile-edges'

/** What is convolved; the fields come in this order as the first arguments of the jobs. */
@unmanaged
class Sizes {
  height: i32
  width: i32
  outHeight: i32
  outWidth: i32
  channels: i32
  multiplier: i32
  filterHeight: i32
  filterWidth: i32
  strideHeight: i32
  strideWidth: i32
  dilationHeight: i32
  dilationWidth: i32
  top: i32
  left: i32
}

const PLACES: i32 = 14

/**
 * y, for a multiplier of 1. Arguments: sizes, x, filter, y, bias, mode; fractions: low, high. Items: rows of all results.
 */
export function depthwise(args: usize, from: i32, to: i32, scratch: usize): void {
  const sizes = changetype<Sizes>(args)
  const n = sizes.channels
  const rows = changetype<Axis>(scratch)
  const columns = changetype<Axis>(scratch + offsetof<Axis>())
  const taps = changetype<Taps>(scratch + 2 * offsetof<Axis>())
  taps.bias = at(args, PLACES + 3)
  taps.mode = int(args, PLACES + 4)
  taps.low = real(args, 0)
  taps.high = real(args, 1)
  rows.fill(0, sizes.outHeight, sizes.filterHeight, sizes.strideHeight, sizes.dilationHeight, sizes.top, 0)
  columns.fill(0, sizes.outWidth, sizes.filterWidth, sizes.strideWidth, sizes.dilationWidth, sizes.left, 0)
  for (let item = from; item < to; item++) {
    const image = item / sizes.outHeight
    const source = float(at(args, PLACES), image * sizes.height * sizes.width * n)
    const row = float(at(args, PLACES + 2), item * sizes.outWidth * n)
    for (let i = 0; i < columns.end; ) {
      // Pixels that see the same taps.
      const end = columns.groupEnd(i, sizes.width)
      const step = item - image * sizes.outHeight
      const place = taps.fill(rows, step, columns, i, sizes.height, sizes.width, sizes.filterWidth, n)
      sumPixels(taps, float(row, i * n), source + place, at(args, PLACES + 1) + taps.first, n, end - i, n)
      i = end
    }
  }
}

/** Each number of x `times` times in a row, as a multiplier asks for. Arguments: y, x, times. Items: numbers of x. */
export function repeatChannels(args: usize, from: i32, to: i32, scratch: usize): void {
  const times = int(args, 2)
  repeatNumbers(float(at(args, 0), from * times), float(at(args, 1), from), to - from, times)
}

/** dx. Arguments: sizes, dy, filter, dx. Items: rows of all images. */
export function depthwiseInputGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const sizes = changetype<Sizes>(args)
  const dy = at(args, PLACES)
  const filter = at(args, PLACES + 1)
  const wide = sizes.channels * sizes.multiplier
  const taps = changetype<Taps>(scratch)
  taps.bias = 0
  taps.mode = 0
  const rows = changetype<Axis>(scratch + offsetof<Taps>())
  const columns = scratch + offsetof<Taps>() + offsetof<Axis>()
  for (let j = 0; j < sizes.strideWidth; j++) {
    const axis = changetype<Axis>(columns + <usize>j * offsetof<Axis>())
    axis.fill(1, sizes.width, sizes.filterWidth, sizes.strideWidth, sizes.dilationWidth, sizes.left, j)
  }
  // One pixel of dx before the numbers of a channel are added.
  const pixel = columns + <usize>sizes.strideWidth * offsetof<Axis>()
  for (let item = from; item < to; item++) {
    const image = item / sizes.height
    const padded = item - image * sizes.height + sizes.top
    const step = padded / sizes.strideHeight
    const phase = padded - step * sizes.strideHeight
    rows.fill(1, sizes.height, sizes.filterHeight, sizes.strideHeight, sizes.dilationHeight, sizes.top, phase)
    const source = float(dy, image * sizes.outHeight * sizes.outWidth * wide)
    const row = float(at(args, PLACES + 2), item * sizes.width * sizes.channels)
    for (let j = 0; j < sizes.strideWidth; j++) {
      const axis = changetype<Axis>(columns + <usize>j * offsetof<Axis>())
      for (let i = axis.first; i < axis.end; ) {
        // Pixels that see the same taps.
        const end = axis.groupEnd(i, sizes.outWidth)
        const place = taps.fill(rows, step, axis, i, sizes.outHeight, sizes.outWidth, sizes.filterWidth, wide)
        let x = source + place
        let target = float(row, (i * sizes.strideWidth + axis.target) * sizes.channels)
        const between = sizes.strideWidth * sizes.channels
        if (sizes.multiplier === 1) sumPixels(taps, target, x, filter + taps.first, wide, end - i, between)
        else {
          for (let k = i; k < end; k++, x += taps.nextX, target = float(target, between)) {
            sumTaps(taps, pixel, x, filter + taps.first, wide)
            addGroups(target, pixel, sizes.channels, sizes.multiplier)
          }
        }
        i = end
      }
    }
  }
}

/**
 * dW, of blocks of images: each block has a result of its own, so that what is added to what does not depend on who adds
 * it. Arguments: sizes, x, dy, results, blocks, images. Items: blocks.
 */
export function depthwiseFilterGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const sizes = changetype<Sizes>(args)
  const blocks = int(args, PLACES + 3)
  const images = int(args, PLACES + 4)
  const wide = sizes.channels * sizes.multiplier
  const pixels = sizes.height * sizes.width
  for (let block = from; block < to; block++) {
    const size = sizes.filterHeight * sizes.filterWidth * wide
    const sums = float(at(args, PLACES + 2), block * size)
    zeroFloats(sums, size)
    for (let image = (block * images) / blocks; image < ((block + 1) * images) / blocks; image++) {
      let x = float(at(args, PLACES), image * pixels * sizes.channels)
      if (sizes.multiplier > 1) {
        repeatNumbers(scratch, x, pixels * sizes.channels, sizes.multiplier)
        x = scratch
      }
      const dy = float(at(args, PLACES + 1), image * sizes.outHeight * sizes.outWidth * wide)
      for (let i = 0; i < sizes.outHeight; i++) {
        for (let u = 0; u < sizes.filterHeight; u++) {
          const row = i * sizes.strideHeight + u * sizes.dilationHeight - sizes.top
          if (row < 0 || row >= sizes.height) continue
          addRow(
            sizes,
            float(sums, u * sizes.filterWidth * wide),
            float(x, row * sizes.width * wide),
            float(dy, i * sizes.outWidth * wide),
          )
        }
      }
    }
  }
}

/** What one row of dy and one of x add to one row of the filter. */
function addRow(sizes: Sizes, sums: usize, x: usize, dy: usize): void {
  const n = sizes.channels * sizes.multiplier
  const stride = sizes.strideWidth
  const step = (<usize>(stride * n)) << 2
  const dyStep = (<usize>n) << 2
  for (let v = 0; v < sizes.filterWidth; v++) {
    // The columns whose pixel lies inside the image.
    const shift = v * sizes.dilationWidth - sizes.left
    const first = shift < 0 ? (stride - 1 - shift) / stride : 0
    const end = min(sizes.outWidth, sizes.width > shift ? (sizes.width - 1 - shift) / stride + 1 : 0)
    if (end <= first) continue
    const count = end - first
    const target = float(sums, v * n)
    const source = float(x, (first * stride + shift) * n)
    const factor = float(dy, first * n)
    let c = 0
    for (; c + 16 <= n; c += 16) {
      let s0 = f32x4.splat(0)
      let s1 = s0
      let s2 = s0
      let s3 = s0
      let a = float(source, c)
      let b = float(factor, c)
      for (let j = 0; j < count; j++) {
        s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)))
        s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)))
        s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)))
        s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)))
        a += step
        b += dyStep
      }
      const y = float(target, c)
      v128.store(y, f32x4.add(v128.load(y), s0))
      v128.store(y, f32x4.add(v128.load(y, 16), s1), 16)
      v128.store(y, f32x4.add(v128.load(y, 32), s2), 32)
      v128.store(y, f32x4.add(v128.load(y, 48), s3), 48)
    }
    for (; c < n; c += 4) {
      let sum = f32x4.splat(0)
      let a = float(source, c)
      let b = float(factor, c)
      for (let j = 0; j < count; j++) {
        sum = f32x4.add(sum, f32x4.mul(loadPart(a, n - c), loadPart(b, n - c)))
        a += step
        b += dyStep
      }
      const y = float(target, c)
      storePart(y, f32x4.add(loadPart(y, n - c), sum), n - c)
    }
  }
}
