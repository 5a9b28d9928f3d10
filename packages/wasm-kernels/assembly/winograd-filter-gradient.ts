// The gradient of `winograd.ts` with respect to the filter. Each block of units has sums of its own, so that what is added to
// what does not depend on who adds it.

import { multiplyPanel, TILE_COLUMNS } from './generated-tiles'
import { at, float, int } from './job'
import { panelsOf } from './products'
import { ADD } from './tile-edges'
import { allFinite, COLUMN, PLACES, placeBytes, SIDE, spreadImages, Tiling } from './winograd'
import { POINTS_BYTES, Points } from './winograd-points'

/** So many channels are summed at a time where their sums are not kept: what a unit has of them stays in the L2 cache. */
const ROWS: i32 = 64

/** What `sumTiles` is told. */
@unmanaged
class FilterGradient extends Tiling {
  x: u32
  dy: u32
  dw: u32
  /**
   * For each block `[places, panels, channels, TILE_COLUMNS]`, the places as far apart as `placeBytes` says. 0 where all tiles
   * are one unit: then dW is written at once, while its sums are in the cache.
   */
  sums: u32
  blocks: i32
  /** Each block is done in as many parts, each with its share of the panels of output channels. */
  parts: i32
  /** A word that becomes 1 when a number of the result is not finite. */
  spoilt: u32
}

/** Σ (Bᵀ X B) ⊙ (A dY Aᵀ) over the tiles of a block. Arguments: `FilterGradient`. Items: blocks × parts. */
export function sumTiles(args: usize, from: i32, to: i32, scratch: usize): void {
  const job = changetype<FilterGradient>(args)
  const channels = job.channels
  const outChannels = job.outChannels
  const together = job.together
  const units = (job.tiles + together - 1) / together
  const place = placeBytes(together, channels)
  const outPlace = placeBytes(together, outChannels)
  const gradients = scratch + <usize>PLACES * place
  const points = gradients + <usize>PLACES * outPlace
  const run = points + POINTS_BYTES
  const rows = run + 16
  const between = rows + ((<usize>channels) << 3)
  const own = between + <usize>(SIDE * job.columns + 2) * COLUMN
  Points.tabulate(points)
  v128.store(run, f32x4.splat(0))
  // Four channels of a tile lie together, and behind them those of the next tile.
  for (let c = 0; c < channels; c++) {
    store<i32>(rows + ((<usize>c) << 3), ((c >> 2) * together * 4 + (c & 3)) << 2)
    store<i32>(rows + ((<usize>c) << 3), (c * TILE_COLUMNS) << 2, 4)
  }
  const panels = panelsOf(outChannels)
  const sumsPlace = placeBytes(channels, panels * TILE_COLUMNS)
  for (let item = from; item < to; item++) {
    const block = item / job.parts
    const part = item % job.parts
    const firstPanel = (part * panels) / job.parts
    const lastPanel = ((part + 1) * panels) / job.parts
    const firstColumn = firstPanel * TILE_COLUMNS
    const lastColumn = min(lastPanel * TILE_COLUMNS, outChannels)
    const sums = <usize>job.sums + <usize>(block * PLACES) * sumsPlace
    const firstUnit = (block * units) / job.blocks
    const lastUnit = ((block + 1) * units) / job.blocks
    for (let unit = firstUnit; unit < lastUnit; unit++) {
      const first = unit * together
      const end = min(first + together, job.tiles)
      const count = end - first
      spreadImages(job, job.x, first, end, scratch, place, 16, (<usize>together) << 4, points, between)
      spreadGradients(job, first, end, firstColumn, lastColumn, gradients, outPlace, points, between)
      if (job.sums === 0) {
        multiplyWhole(job, firstPanel, lastPanel, rows, scratch, place, run, gradients, outPlace, own, between)
        continue
      }
      const mode = unit === firstUnit ? 0 : ADD
      for (let i = 0; i < PLACES; i++) {
        const a = scratch + <usize>i * place
        const b = gradients + <usize>i * outPlace
        for (let panel = firstPanel; panel < lastPanel; panel++) {
          const column = panel * TILE_COLUMNS
          const panelAt = float(b, (column - firstColumn) * together)
          const to = float(sums + <usize>i * sumsPlace, column * channels)
          multiplyPlace(rows, 0, channels, a, run, count, panelAt, to, min(TILE_COLUMNS, outChannels - column), mode)
        }
      }
    }
  }
}

/** Rows `from..to` of the channels times one panel of output channels, at one place. */
function multiplyPlace(
  rows: usize,
  from: i32,
  to: i32,
  a: usize,
  run: usize,
  tiles: i32,
  panel: usize,
  sums: usize,
  n: i32,
  mode: i32,
): void {
  multiplyPanel(rows, from, to, a, 16, run, 1, tiles, panel, (<usize>n) << 2, 0, sums, n, mode, 0, 0, 0)
}

/** dW of all tiles at once, some channels and a panel of output channels after the other. */
function multiplyWhole(
  job: FilterGradient,
  firstPanel: i32,
  lastPanel: i32,
  rows: usize,
  images: usize,
  place: usize,
  run: usize,
  gradients: usize,
  outPlace: usize,
  sums: usize,
  between: usize,
): void {
  const channels = job.channels
  const outChannels = job.outChannels
  const tap = (<usize>(channels * outChannels)) << 2
  const sumsPlace = placeBytes(ROWS, TILE_COLUMNS)
  let finite = f32x4.splat(0)
  for (let from = 0; from < channels; from += ROWS) {
    const to = min(from + ROWS, channels)
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      const column = panel * TILE_COLUMNS
      const n = min(TILE_COLUMNS, outChannels - column)
      const panelAt = float(gradients, (panel - firstPanel) * TILE_COLUMNS * job.together)
      // The table of rows tells where a channel's sums lie behind those of the first.
      const begin = sums - ((<usize>(from * TILE_COLUMNS)) << 2)
      for (let i = 0; i < PLACES; i++) {
        const a = images + <usize>i * place
        const b = panelAt + <usize>i * outPlace
        multiplyPlace(rows, from, to, a, run, job.tiles, b, begin + <usize>i * sumsPlace, n, 0)
      }
      for (let c = from; c < to; c++) {
        const read = float(sums, (c - from) * TILE_COLUMNS)
        const dw = float(job.dw, c * outChannels + column)
        finite = f32x4.add(finite, gatherPairs(read, sumsPlace, 1, dw, tap, n, between))
      }
    }
  }
  if (!allFinite(finite)) store<i32>(job.spoilt, 1)
}

/** A dY Aᵀ of some tiles and output channels, place by place, as packed panels `[panels, together, columns]`. */
function spreadGradients(
  job: FilterGradient,
  first: i32,
  end: i32,
  firstColumn: i32,
  lastColumn: i32,
  to: usize,
  place: usize,
  points: usize,
  between: usize,
): void {
  const outHeight = job.outHeight
  const outWidth = job.outWidth
  const pixel = (<usize>job.outChannels) << 2
  const line = <usize>outWidth * pixel
  const zero = f32x4.splat(0)
  for (let tile = first; tile < end; tile++) {
    const row = tile / job.columns
    const image = row / job.rows
    const i = SIDE * (row - image * job.rows)
    const j = SIDE * (tile - row * job.columns)
    const height = outHeight - i
    const width = outWidth - j
    const dy = float(<usize>job.dy + <usize>((image * outHeight + i) * outWidth + j) * pixel, firstColumn)
    for (let column = firstColumn; column < lastColumn; column += TILE_COLUMNS) {
      const n = min(TILE_COLUMNS, lastColumn - column)
      const write = float(to, (column - firstColumn) * job.together + (tile - first) * n)
      for (let c = 0; c < n; c += 4) {
        // A dY for the four columns of pixels, then that times Aᵀ. What is beyond the image is 0.
        let read = float(dy, column - firstColumn + c)
        for (let k = 0; k < SIDE; k++) {
          const keep = between + <usize>k * 96
          const inside = k < width
          Points.spreadFour(
            inside ? v128.load(read) : zero,
            inside && height > 1 ? v128.load(read + line) : zero,
            inside && height > 2 ? v128.load(read + 2 * line) : zero,
            inside && height > 3 ? v128.load(read + 3 * line) : zero,
            keep,
            16,
            points,
          )
          read += pixel
        }
        let q = float(write, c)
        for (let u: usize = 0; u < 96; u += 16) {
          const keep = between + u
          const y1 = v128.load(keep, 96)
          const y2 = v128.load(keep, 192)
          Points.spreadFour(v128.load(keep), y1, y2, v128.load(keep, 288), q, place, points)
          q += 6 * place
        }
      }
    }
  }
}

/**
 * Gᵀ Σ G of the sums of all blocks, in their order. Arguments: dw, sums, channels, output channels, blocks, spoilt.
 * Items: rows of panels, one of each channel and panel.
 */
export function gatherFilterGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 2)
  const outChannels = int(args, 3)
  const tap = (<usize>(channels * outChannels)) << 2
  const place = placeBytes(channels, panelsOf(outChannels) * TILE_COLUMNS)
  let finite = f32x4.splat(0)
  for (let item = from; item < to; item++) {
    const column = (item / channels) * TILE_COLUMNS
    const n = min(TILE_COLUMNS, outChannels - column)
    const dw = float(at(args, 0), (item % channels) * outChannels + column)
    const sums = float(at(args, 1), item * TILE_COLUMNS)
    finite = f32x4.add(finite, gatherPairs(sums, place, int(args, 4), dw, tap, n, scratch))
  }
  if (!allFinite(finite)) store<i32>(at(args, 5), 1)
}

/** The same for one channel and `n` output channels. Gives 0 times the results. */
function gatherPairs(sums: usize, place: usize, blocks: i32, dw: usize, tap: usize, n: i32, between: usize): v128 {
  let finite = f32x4.splat(0)
  for (let c = 0; c < n; c += 4) {
    gatherColumns(float(sums, c), place, blocks, between)
    let write = float(dw, c)
    for (let u: usize = 0; u < 48; u += 16) {
      const keep = between + u
      const m1 = v128.load(keep, 48)
      const m2 = v128.load(keep, 96)
      const m3 = v128.load(keep, 144)
      const m4 = v128.load(keep, 192)
      const sum = Points.gatherSix(v128.load(keep), m1, m2, m3, m4, v128.load(keep, 240), write, tap)
      finite = f32x4.add(finite, f32x4.mul(sum, f32x4.splat(0)))
      write += 3 * tap
    }
  }
  return finite
}

/** Gᵀ Σ: three numbers for each of six columns of places. */
function gatherColumns(sums: usize, place: usize, blocks: i32, to: usize): void {
  const row = 6 * place
  for (let column: usize = 0; column < 6; column++) {
    let read = sums + column * place
    let m0 = v128.load(read)
    let m1 = v128.load(read + row)
    let m2 = v128.load(read + 2 * row)
    let m3 = v128.load(read + 3 * row)
    let m4 = v128.load(read + 4 * row)
    let m5 = v128.load(read + 5 * row)
    for (let block = 1; block < blocks; block++) {
      read += <usize>PLACES * place
      m0 = f32x4.add(m0, v128.load(read))
      m1 = f32x4.add(m1, v128.load(read + row))
      m2 = f32x4.add(m2, v128.load(read + 2 * row))
      m3 = f32x4.add(m3, v128.load(read + 3 * row))
      m4 = f32x4.add(m4, v128.load(read + 4 * row))
      m5 = f32x4.add(m5, v128.load(read + 5 * row))
    }
    Points.gatherSix(m0, m1, m2, m3, m4, m5, to + column * 48, 16)
  }
}
