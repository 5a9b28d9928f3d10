// Depthwise convolution's gradients: each channel has filters of its own, so nothing is shared between channels and the
// vectors run along them. With a multiplier M, dy and the filter have M numbers for each channel of the image.

import { Axis } from './axis'
import { zeroFloats } from './images'
import { at, float, int } from './job'
import { loadPart, storePart } from './tile-edges'

/** What is convolved; the fields come in this order as the first arguments of both jobs. */
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

/** dx. Arguments: sizes, dy, filter, dx. Items: rows of all images. */
export function depthwiseInputGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const sizes = changetype<Sizes>(args)
  const dy = at(args, PLACES)
  const filter = at(args, PLACES + 1)
  const wide = sizes.channels * sizes.multiplier
  const rows = changetype<Axis>(scratch)
  const columns = scratch + offsetof<Axis>()
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
        sumGroup(sizes, row, source, filter, rows, step, axis, i, end, pixel)
        i = end
      }
    }
  }
}

/** Some pixels of a row that see the same taps: what the taps meet, times the taps. */
function sumGroup(
  sizes: Sizes,
  row: usize,
  source: usize,
  filter: usize,
  rows: Axis,
  step: i32,
  columns: Axis,
  first: i32,
  end: i32,
  pixel: usize,
): void {
  const n = sizes.channels * sizes.multiplier
  const u = rows.tapAt(step, 0)
  const v = columns.tapAt(first, 0)
  const countU = rows.tapAt(step, sizes.outHeight) - u
  const countV = columns.tapAt(first, sizes.outWidth) - v
  const stepX = (<usize>(columns.spacing * n)) << 2
  const stepW = (<usize>(columns.filterStep * n)) << 2
  // From the end of a row of taps to the begin of the next.
  const skipX = (<usize>((rows.spacing * sizes.outWidth - countV * columns.spacing) * n)) << 2
  const skipW = (<usize>((rows.filterStep * sizes.filterWidth - countV * columns.filterStep) * n)) << 2
  const sourceRow = (step + rows.distance + u * rows.spacing) * sizes.outWidth
  const tap = (rows.filter + u * rows.filterStep) * sizes.filterWidth + columns.filter + v * columns.filterStep
  const w = float(filter, tap * n)
  for (let i = first; i < end; i++) {
    const x = float(source, (sourceRow + i + columns.distance + v * columns.spacing) * n)
    const target = float(row, (i * sizes.strideWidth + columns.target) * sizes.channels)
    if (sizes.multiplier === 1) sumTaps(target, x, w, n, countU, countV, stepX, stepW, skipX, skipW)
    else {
      sumTaps(pixel, x, w, n, countU, countV, stepX, stepW, skipX, skipW)
      addGroups(target, pixel, sizes.channels, sizes.multiplier)
    }
  }
}

/** One pixel. */
function sumTaps(
  target: usize,
  source: usize,
  filter: usize,
  n: i32,
  countU: i32,
  countV: i32,
  stepX: usize,
  stepW: usize,
  skipX: usize,
  skipW: usize,
): void {
  let c = 0
  for (; c + 16 <= n; c += 16) {
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let x = float(source, c)
    let w = float(filter, c)
    for (let u = 0; u < countU; u++) {
      for (let v = 0; v < countV; v++) {
        s0 = f32x4.add(s0, f32x4.mul(v128.load(x), v128.load(w)))
        s1 = f32x4.add(s1, f32x4.mul(v128.load(x, 16), v128.load(w, 16)))
        s2 = f32x4.add(s2, f32x4.mul(v128.load(x, 32), v128.load(w, 32)))
        s3 = f32x4.add(s3, f32x4.mul(v128.load(x, 48), v128.load(w, 48)))
        x += stepX
        w += stepW
      }
      x += skipX
      w += skipW
    }
    const y = float(target, c)
    v128.store(y, s0)
    v128.store(y, s1, 16)
    v128.store(y, s2, 32)
    v128.store(y, s3, 48)
  }
  for (; c < n; c += 4) {
    let sum = f32x4.splat(0)
    let x = float(source, c)
    let w = float(filter, c)
    for (let u = 0; u < countU; u++) {
      for (let v = 0; v < countV; v++) {
        sum = f32x4.add(sum, f32x4.mul(loadPart(x, n - c), loadPart(w, n - c)))
        x += stepX
        w += stepW
      }
      x += skipX
      w += skipW
    }
    storePart(float(target, c), sum, n - c)
  }
}

/** y[c] = Σ_m x[c · size + m]. */
function addGroups(y: usize, x: usize, count: i32, size: i32): void {
  let read = x
  for (let c = 0; c < count; c++) {
    let sum: f32 = 0
    for (const end = float(read, size); read !== end; read += 4) sum += load<f32>(read)
    store<f32>(float(y, c), sum)
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

/** Each number `times` times in a row. */
function repeatNumbers(to: usize, source: usize, n: i32, times: i32): void {
  let write = to
  for (let i = 0; i < n; i++) {
    const x = load<f32>(float(source, i))
    for (const end = float(write, times); write !== end; write += 4) store<f32>(write, x)
  }
}
