// The forward pass of `winograd.ts` and, with the turned filter, the gradient with respect to the image.

import { multiplyRegular, TILE_COLUMNS } from './generated-tiles'
import { at, float, int, real } from './job'
import { packColumns, packRows } from './pack'
import { packedColumns, panelsOf } from './products'
import { BIAS, CLAMP, clamped, SLOPE, sloped } from './tile-edges'
import { allFinite, COLUMN, PLACES, placeBytes, SIDE, spreadImages, Tiling } from './winograd'
import { POINTS_BYTES, Points } from './winograd-points'

/**
 * G W Gᵀ of a filter `[3, 3, channels, outChannels]`, or of one `[3, 3, outChannels, channels]` turned by 180°, as packed
 * panels `[places, panels, channels, columns]`. Arguments: filter, result, channels, output channels, turned. Items: panels.
 */
export function transformFilter(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 2)
  const columns = int(args, 3)
  const place = placeBytes(channels, packedColumns(columns))
  for (let panel = from; panel < to; panel++) {
    const panelAt = float(at(args, 1), channels * panel * TILE_COLUMNS)
    transformPanel(at(args, 0), channels, columns, int(args, 4), panel, panelAt, place, scratch)
  }
}

/** The same for one panel. `taps` has room for nine of it, and for what `transformTaps` keeps behind. */
function transformPanel(
  filter: usize,
  channels: i32,
  columns: i32,
  turned: i32,
  panel: i32,
  to: usize,
  place: usize,
  taps: usize,
): void {
  const column = panel * TILE_COLUMNS
  const n = min(TILE_COLUMNS, columns - column)
  const numbers = channels * packedColumns(n)
  const tap = placeBytes(channels, packedColumns(n))
  for (let i = 0; i < 9; i++) {
    const packed = taps + <usize>i * tap
    if (turned) packColumns(packed, float(filter, ((8 - i) * columns + column) * channels), channels, channels, n)
    else packRows(packed, float(filter, i * channels * columns + column), channels, columns, n)
  }
  transformTaps(taps, tap, (<usize>numbers) << 2, to, place)
}

/** Nine taps of `bytes` bytes, `tap` bytes apart, become 36 places. */
function transformTaps(taps: usize, tap: usize, bytes: usize, to: usize, place: usize): void {
  // G W, one column of taps after the other, is kept behind the taps.
  const between = taps + 9 * tap
  for (let i: usize = 0; i < bytes; i += 16) {
    for (let v: usize = 0; v < 3; v++) {
      const w = taps + v * tap + i
      Points.transformThree(v128.load(w), v128.load(w + 3 * tap), v128.load(w + 6 * tap), between + v * 96, 16)
    }
    for (let u: usize = 0; u < 6; u++) {
      const keep = between + (u << 4)
      Points.transformThree(v128.load(keep), v128.load(keep, 96), v128.load(keep, 192), to + 6 * u * place + i, place)
    }
  }
}

/** What `convolveTiles` is told. */
@unmanaged
class Convolution extends Tiling {
  x: u32
  filter: u32
  /** The filter transformed; 0 where it would be used but once, and is transformed on the way, panel by panel. */
  transformed: u32
  turned: i32
  y: u32
  bias: u32
  /** What becomes of the sums; see `tile-edges.ts`. */
  mode: i32
  /** Each unit is done in as many parts, each with its share of the panels. */
  parts: i32
  /** A word that becomes 1 when a number of the result is not finite. */
  spoilt: u32
}

/** Convolves. Arguments: `Convolution`; low, high. Items: units × parts. */
export function convolveTiles(args: usize, from: i32, to: i32, scratch: usize): void {
  const job = changetype<Convolution>(args)
  const channels = job.channels
  const outChannels = job.outChannels
  const together = job.together
  const parts = job.parts
  const panels = panelsOf(outChannels)
  const sourcePlace = placeBytes(together, channels)
  const targetPlace = placeBytes(together, outChannels)
  const products = scratch + <usize>PLACES * sourcePlace
  const points = products + <usize>PLACES * targetPlace
  const between = points + POINTS_BYTES
  const own = between + <usize>(SIDE * job.columns + 2) * COLUMN
  Points.tabulate(points)
  for (let item = from; item < to; item++) {
    const first = (item / parts) * together
    const end = min(first + together, job.tiles)
    const part = item % parts
    const firstPanel = (part * panels) / parts
    const lastPanel = ((part + 1) * panels) / parts
    spreadImages(job, job.x, first, end, scratch, sourcePlace, (<usize>channels) << 2, 16, points, between)
    if (job.transformed !== 0) {
      const pitch = placeBytes(channels, packedColumns(outChannels))
      for (let place: usize = 0; place < <usize>PLACES; place++) {
        for (let panel = firstPanel; panel < lastPanel; panel++) {
          const filter = float(<usize>job.transformed + place * pitch, channels * panel * TILE_COLUMNS)
          multiplyPlace(job, end - first, scratch + place * sourcePlace, filter, products + place * targetPlace, panel)
        }
      }
    } else {
      const pitch = placeBytes(channels, TILE_COLUMNS)
      const taps = own + <usize>PLACES * pitch
      for (let panel = firstPanel; panel < lastPanel; panel++) {
        transformPanel(job.filter, channels, outChannels, job.turned, panel, own, pitch, taps)
        for (let place: usize = 0; place < <usize>PLACES; place++) {
          const filter = own + place * pitch
          multiplyPlace(job, end - first, scratch + place * sourcePlace, filter, products + place * targetPlace, panel)
        }
      }
    }
    const begin = firstPanel * TILE_COLUMNS
    const columns = min(lastPanel * TILE_COLUMNS, outChannels) - begin
    gatherTiles(args, first, end, float(products, begin), targetPlace, begin, columns, points, between)
  }
}

/** What is in brackets, at one place and for one panel of output channels. */
function multiplyPlace(job: Convolution, tiles: i32, spread: usize, filter: usize, to: usize, panel: i32): void {
  const column = panel * TILE_COLUMNS
  multiplyRegular(
    tiles,
    spread,
    (<usize>job.channels) << 2,
    filter,
    job.channels,
    float(to, column),
    (<usize>job.outChannels) << 2,
    min(TILE_COLUMNS, job.outChannels - column),
  )
}

/** Aᵀ M A of the tiles `first..end`, with bias and activation, for `columns` output channels from `begin` on. */
function gatherTiles(
  args: usize,
  first: i32,
  end: i32,
  m: usize,
  place: usize,
  begin: i32,
  columns: i32,
  points: usize,
  between: usize,
): void {
  const job = changetype<Convolution>(args)
  const outHeight = job.outHeight
  const outWidth = job.outWidth
  const pixel = (<usize>job.outChannels) << 2
  const line = <usize>outWidth * pixel
  let finite = f32x4.splat(0)
  for (let tile = first; tile < end; tile++) {
    const row = tile / job.columns
    const image = row / job.rows
    const i = SIDE * (row - image * job.rows)
    const j = SIDE * (tile - row * job.columns)
    const height = min(SIDE, outHeight - i)
    const width = min(SIDE, outWidth - j)
    const y = float(<usize>job.y + <usize>((image * outHeight + i) * outWidth + j) * pixel, begin)
    const read = m + <usize>(tile - first) * pixel
    for (let c = 0; c < columns; c += 4) {
      gatherRows(float(read, c), place, between, points)
      const bias = job.mode & BIAS ? v128.load(float(job.bias, begin + c)) : f32x4.splat(0)
      for (let k = 0; k < height; k++) {
        const sum = gatherRow(
          args,
          between + ((<usize>k) << 4),
          float(y + <usize>k * line, c),
          pixel,
          width,
          bias,
          points,
        )
        finite = f32x4.add(finite, f32x4.mul(sum, f32x4.splat(0)))
      }
    }
  }
  if (!allFinite(finite)) store<i32>(job.spoilt, 1)
}

/** Aᵀ M for each column of places, four vectors each. */
function gatherRows(m: usize, place: usize, to: usize, points: usize): void {
  const row = 6 * place
  let column = m
  for (let write = to; write < to + 384; write += 64) {
    let p = column
    const m0 = v128.load(p)
    p += row
    const m1 = v128.load(p)
    p += row
    const m2 = v128.load(p)
    p += row
    const m3 = v128.load(p)
    p += row
    const m4 = v128.load(p)
    p += row
    const m5 = v128.load(p)
    const evenA = f32x4.add(m1, m2)
    const evenB = f32x4.add(m3, m4)
    const oddA = Points.oddA(m1, m2, points)
    const oddB = Points.oddB(m3, m4, points)
    v128.store(write, Points.first(m0, evenA, evenB))
    v128.store(write, Points.second(oddA, oddB), 16)
    v128.store(write, Points.third(evenA, evenB, points), 32)
    v128.store(write, Points.fourth(oddA, oddB, m5, points), 48)
    column += place
  }
}

/** A row of Aᵀ M times A: `width` pixels of the result. Gives the sum of all four. */
function gatherRow(args: usize, read: usize, y: usize, pixel: usize, width: i32, bias: v128, points: usize): v128 {
  const mode = changetype<Convolution>(args).mode
  const m0 = v128.load(read)
  const m1 = v128.load(read, 64)
  const m2 = v128.load(read, 128)
  const m3 = v128.load(read, 192)
  const m4 = v128.load(read, 256)
  const m5 = v128.load(read, 320)
  const evenA = f32x4.add(m1, m2)
  const evenB = f32x4.add(m3, m4)
  const oddA = Points.oddA(m1, m2, points)
  const oddB = Points.oddB(m3, m4, points)
  let y0 = Points.first(m0, evenA, evenB)
  let y1 = Points.second(oddA, oddB)
  let y2 = Points.third(evenA, evenB, points)
  let y3 = Points.fourth(oddA, oddB, m5, points)
  const sum = f32x4.add(f32x4.add(y0, y1), f32x4.add(y2, y3))
  if (mode & BIAS) {
    y0 = f32x4.add(y0, bias)
    y1 = f32x4.add(y1, bias)
    y2 = f32x4.add(y2, bias)
    y3 = f32x4.add(y3, bias)
  }
  if (mode & CLAMP) {
    const low = f32x4.splat(real(args, 0))
    const high = f32x4.splat(real(args, 1))
    y0 = clamped(y0, low, high)
    y1 = clamped(y1, low, high)
    y2 = clamped(y2, low, high)
    y3 = clamped(y3, low, high)
  } else if (mode & SLOPE) {
    const slope = f32x4.splat(real(args, 0))
    y0 = sloped(y0, slope)
    y1 = sloped(y1, slope)
    y2 = sloped(y2, slope)
    y3 = sloped(y3, slope)
  }
  v128.store(y, y0)
  if (width > 1) v128.store(y + pixel, y1)
  if (width > 2) v128.store(y + 2 * pixel, y2)
  if (width > 3) v128.store(y + 3 * pixel, y3)
  return sum
}
