// The gradient of a convolution with respect to its filter: for each number of the filter (a tap and an output channel)
// the sum over all pixels of what the tap sees times dy. A matrix product whose inner dimension is the pixels:
//
//     dW[tap, o] = Σ_pixels  x[pixel + tap] · dy[pixel, o]
//
// With one column a pixel and one row a tap it is also aᵀ · b.

import { multiplyPanel, TILE_COLUMNS, TILE_ROWS } from './generated-tiles'
import { placeWindow } from './images'
import { at, float, int } from './job'
import { packRows } from './pack'
import { packedColumns, panelsOf, RUN_BYTES } from './products'
import { ADD } from './tile-edges'

/** What is summed, and how it is cut; the fields come in this order as arguments of `planFilterGradient`. */
@unmanaged
class Plan {
  images: i32
  height: i32
  width: i32
  channels: i32
  outHeight: i32
  outWidth: i32
  outChannels: i32
  filterHeight: i32
  filterWidth: i32
  strideHeight: i32
  strideWidth: i32
  dilationHeight: i32
  dilationWidth: i32
  top: i32
  left: i32
  /** Rows of dy in a unit of work; an image has `bands` of them. */
  bandRows: i32
  bands: i32
  /** Images in a unit, where an image has one band. */
  together: i32
  /** The part of an image that a unit reads, where it reaches beyond the image and has to be copied; else 0. */
  windowRows: i32
  windowColumns: i32
  /** From one tap of the result to the next, in numbers. */
  tapPitch: i32
  /** Whether dy has to be packed, because its last panel is not whole vectors. */
  packs: i32
  /** Tables: for each tap, where it reads and where it is written; for each row of a unit, where it begins. */
  taps: usize
  runs: usize

  @inline
  get copies(): bool {
    return this.windowRows > 0
  }
  @inline
  get pitch(): i32 {
    return this.copies ? this.windowColumns : this.width
  }
  @inline
  get imagePitch(): i32 {
    return this.copies ? this.windowRows * this.windowColumns : this.height * this.width
  }
  @inline
  get tapCount(): i32 {
    return this.filterHeight * this.filterWidth * this.channels
  }
  /** Whether the pixels of a unit are one row: each row begins where the last ends. */
  @inline
  get seamless(): bool {
    const row = this.pitch * this.strideHeight
    return row === this.outWidth * this.strideWidth && (this.together === 1 || this.imagePitch === this.outHeight * row)
  }
}

/** Fills the tables. Arguments: where the plan goes, and its fields up to `packs`. Items: 1. */
export function planFilterGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  memory.copy(at(args, 0), args + 4, offsetof<Plan>('taps'))
  let free = at(args, 0) + offsetof<Plan>()
  plan.taps = free
  const before = plan.copies ? 0 : plan.top * plan.pitch + plan.left
  let tap = 0
  for (let u = 0; u < plan.filterHeight; u++) {
    for (let v = 0; v < plan.filterWidth; v++) {
      const pixel = u * plan.dilationHeight * plan.pitch + v * plan.dilationWidth - before
      for (let c = 0; c < plan.channels; c++, tap++) {
        store<i32>(free, (pixel * plan.channels + c) << 2)
        store<i32>(free, (tap * plan.tapPitch) << 2, 4)
        free += 8
      }
    }
  }
  plan.runs = free
  const rows = plan.bands === 1 ? plan.outHeight : plan.bandRows
  for (let image = 0; image < plan.together; image++) {
    for (let i = 0; i < rows; i++) {
      store<i32>(free, ((image * plan.imagePitch + i * plan.strideHeight * plan.pitch) * plan.channels) << 2)
      free += RUN_BYTES
    }
  }
  const row = (plan.outWidth * plan.strideWidth * plan.channels) << 2
  for (let run = plan.runs; run + RUN_BYTES < free; run += RUN_BYTES) {
    store<i32>(run, load<i32>(run, RUN_BYTES) - load<i32>(run) - row, 4)
  }
}

/**
 * Sums blocks of units, each into a result of its own. Arguments: plan, x, dy, result, blocks, numbers from one result to
 * the next. Items: blocks, so that what is added to what does not depend on who adds it.
 */
export function sumFilterGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  const units = plan.bands * ((plan.images + plan.together - 1) / plan.together)
  const blocks = int(args, 4)
  for (let block = from; block < to; block++) {
    const first = (block * units) / blocks
    const last = ((block + 1) * units) / blocks
    const sums = float(at(args, 3), block * int(args, 5))
    for (let unit = first; unit < last; unit++) {
      addUnit(plan, unit, at(args, 1), at(args, 2), sums, scratch, unit === first ? 0 : ADD)
    }
  }
}

function addUnit(plan: Plan, unit: i32, x: usize, dy: usize, sums: usize, scratch: usize, mode: i32): void {
  const band = (unit % plan.bands) * plan.bandRows
  const image = (unit / plan.bands) * plan.together
  const images = min(plan.together, plan.images - image)
  const rows = images * min(plan.bandRows, plan.outHeight - band)
  const pixels = rows * plan.outWidth
  const columns = plan.outChannels
  const firstRow = band * plan.strideHeight
  let a = float(x, (image * plan.height + firstRow) * plan.width * plan.channels)
  let free = scratch
  if (plan.copies) {
    a = scratch
    for (let i = 0; i < images; i++) {
      free = float(scratch, i * plan.imagePitch * plan.channels)
      placeImage(plan, free, x, image + i, firstRow - plan.top, plan.windowRows)
    }
    free = float(scratch, images * plan.imagePitch * plan.channels)
  }
  const b = float(dy, (image * plan.outHeight + band) * plan.outWidth * columns)
  const seamless = plan.seamless
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const n = min(TILE_COLUMNS, columns - column)
    let w = float(b, column)
    let pitch = columns
    if (plan.packs) {
      w = free
      pitch = packedColumns(n)
      packRows(free, float(b, column), pixels, columns, n)
    }
    multiplyPanel(
      plan.taps,
      0,
      plan.tapCount,
      a,
      (<usize>(plan.strideWidth * plan.channels)) << 2,
      plan.runs,
      seamless ? 1 : rows,
      seamless ? pixels : plan.outWidth,
      w,
      (<usize>pitch) << 2,
      0,
      float(sums, column),
      min(packedColumns(n), plan.tapPitch - column),
      mode,
      0,
      0,
      0,
    )
  }
}

function placeImage(plan: Plan, to: usize, x: usize, image: i32, row: i32, rows: i32): void {
  placeWindow(
    to,
    float(x, image * plan.height * plan.width * plan.channels),
    plan.height,
    plan.width,
    plan.channels,
    row,
    -plan.left,
    rows,
    plan.windowColumns,
  )
}

/** Adds the results of the blocks, in their order. Arguments: dw, sums, taps' pitch, columns, blocks, pitch of blocks. Items: taps. */
export function addFilterGradients(args: usize, from: i32, to: i32, scratch: usize): void {
  const pitch = int(args, 2)
  const columns = int(args, 3)
  const blocks = int(args, 4)
  const step = (<usize>int(args, 5)) << 2
  for (let tap = from; tap < to; tap++) {
    const target = float(at(args, 0), tap * columns)
    const source = float(at(args, 1), tap * pitch)
    let c = 0
    for (; c + 4 <= columns; c += 4) {
      let read = float(source, c)
      let sum = v128.load(read)
      for (let block = 1; block < blocks; block++) {
        read += step
        sum = f32x4.add(sum, v128.load(read))
      }
      v128.store(float(target, c), sum)
    }
    for (; c < columns; c++) {
      let read = float(source, c)
      let sum = load<f32>(read)
      for (let block = 1; block < blocks; block++) {
        read += step
        sum += load<f32>(read)
      }
      store<f32>(float(target, c), sum)
    }
  }
}

// The wide way, for many output channels: what a few taps see is copied together once, and then multiplied with every
// panel of dy.

/** Pixels that are multiplied at a time: a panel of dy for them stays in the L1 cache. */
const PIXELS: i32 = 256
/** Tiles of taps that are copied at a time: they stay in the L2 cache while the panels come by. */
const TILES: i32 = 12

/** Copies whole images with their padding. Arguments: plan, x, copies. Items: images. */
export function placeImages(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  for (let image = from; image < to; image++) {
    const target = float(at(args, 2), image * plan.imagePitch * plan.channels)
    placeImage(plan, target, at(args, 1), image, -plan.top, plan.windowRows)
  }
}

/** Packs dy. Arguments: dy, packed, pixels, columns. Items: panels. */
export function packPixels(args: usize, from: i32, to: i32, scratch: usize): void {
  const pixels = int(args, 2)
  const columns = int(args, 3)
  for (let panel = from; panel < to; panel++) {
    const column = panel * TILE_COLUMNS
    const n = min(TILE_COLUMNS, columns - column)
    packRows(float(at(args, 1), pixels * column), float(at(args, 0), column), pixels, columns, n)
  }
}

/** Sums all pixels for some taps. Arguments: plan, x, packed dy, dw, table of rows. Items: tiles of TILE_ROWS taps. */
export function sumWideFilterGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  const pixels = plan.images * plan.outHeight * plan.outWidth
  const columns = plan.outChannels
  // The table of rows and the only run, for copies of tiles `[PIXELS, TILE_ROWS]`.
  const run = scratch
  const rows = scratch + RUN_BYTES
  const copies = rows + <usize>(TILES * TILE_ROWS * 8)
  v128.store(run, i32x4.splat(0))
  for (let first = from; first < to; first += TILES) {
    const last = min(first + TILES, to)
    const firstTap = first * TILE_ROWS
    const tapCount = min(last * TILE_ROWS, plan.tapCount) - firstTap
    for (let i = 0; i < tapCount; i++) {
      const tile = i / TILE_ROWS
      store<i32>(rows + ((<usize>i) << 3), (tile * PIXELS * TILE_ROWS + (i - tile * TILE_ROWS)) << 2)
      store<i32>(rows + ((<usize>i) << 3), ((firstTap + i) * columns) << 2, 4)
    }
    for (let pixel = 0; pixel < pixels; pixel += PIXELS) {
      const count = min(PIXELS, pixels - pixel)
      for (let tile = first; tile < last; tile++) {
        copyTaps(plan, float(copies, (tile - first) * PIXELS * TILE_ROWS), at(args, 1), tile * TILE_ROWS, pixel, count)
      }
      for (let panel = 0; panel < panelsOf(columns); panel++) {
        const column = panel * TILE_COLUMNS
        const n = min(TILE_COLUMNS, columns - column)
        const width = packedColumns(n)
        multiplyPanel(
          rows,
          0,
          tapCount,
          copies,
          (<usize>TILE_ROWS) << 2,
          run,
          1,
          count,
          float(at(args, 2), pixels * column + pixel * width),
          (<usize>width) << 2,
          0,
          float(at(args, 3), column),
          n,
          pixel === 0 ? 0 : ADD,
          0,
          0,
          0,
        )
      }
    }
  }
}

/** Copies what TILE_ROWS taps see at some pixels: `[pixels, TILE_ROWS]`. */
function copyTaps(plan: Plan, to: usize, x: usize, tap: i32, pixel: i32, count: i32): void {
  const taps = plan.taps + ((<usize>tap) << 3)
  const n = min(TILE_ROWS, plan.tapCount - tap)
  const first = load<u32>(taps)
  const together = n === TILE_ROWS && load<u32>(taps + ((<usize>(n - 1)) << 3)) - first === <u32>((n - 1) << 2)
  const step = (<usize>(plan.strideWidth * plan.channels)) << 2
  let row = pixel / plan.outWidth
  let column = pixel - row * plan.outWidth
  let write = to
  let left = count
  while (left > 0) {
    const image = row / plan.outHeight
    const inImage = (row - image * plan.outHeight) * plan.strideHeight * plan.pitch + column * plan.strideWidth
    let read = float(x, (image * plan.imagePitch + inImage) * plan.channels)
    const size = min(left, plan.outWidth - column)
    const end = write + <usize>(size * TILE_ROWS * 4)
    if (together) {
      read += first
      for (; write !== end; write += TILE_ROWS * 4) {
        v128.store(write, v128.load(read))
        // A tile of six rows: the last four overlap the first.
        if (TILE_ROWS > 4) v128.store(write, v128.load(read, (TILE_ROWS - 4) * 4), (TILE_ROWS - 4) * 4)
        read += step
      }
    } else {
      for (; write !== end; write += TILE_ROWS * 4) {
        for (let i = 0; i < n; i++) store<f32>(float(write, i), load<f32>(read + load<u32>(taps + ((<usize>i) << 3))))
        read += step
      }
    }
    left -= size
    column = 0
    row++
  }
}
