// The forward pass of `winograd.ts` and, with the turned filter, the gradient with respect to the image.

import { multiplyRegular, TILE_COLUMNS } from './generated-tiles'
import { at, float, int, real } from './job'
import { packColumns, packRows } from './pack'
import { packedColumns, panelsOf } from './products'
import { BIAS, CLAMP, clamped, SLOPE, sloped } from './tile-edges'
import { allFinite, PLACES, placeBytes, spreadImages, Tiling } from './winograd'

/**
 * G W Gᵀ of a filter `[3, 3, channels, outChannels]`, or of one `[3, 3, outChannels, channels]` turned by 180°, as packed
 * panels `[places, panels, channels, columns]`. Arguments: filter, result, channels, output channels, turned. Items: panels.
 */
export function transformFilter(args: usize, from: i32, to: i32, scratch: usize): void {
  const channels = int(args, 2)
  const columns = int(args, 3)
  const turned = int(args, 4)
  const place = (<usize>(channels * packedColumns(columns))) << 2
  for (let panel = from; panel < to; panel++) {
    const column = panel * TILE_COLUMNS
    const n = min(TILE_COLUMNS, columns - column)
    const numbers = channels * packedColumns(n)
    for (let tap = 0; tap < 9; tap++) {
      const packed = float(scratch, tap * numbers)
      if (turned)
        packColumns(packed, float(at(args, 0), ((8 - tap) * columns + column) * channels), channels, channels, n)
      else packRows(packed, float(at(args, 0), tap * channels * columns + column), channels, columns, n)
    }
    transformTaps(scratch, numbers, at(args, 1) + ((<usize>(channels * column)) << 2), place)
  }
}

/** Nine taps of `numbers` numbers become sixteen places. */
function transformTaps(taps: usize, numbers: i32, to: usize, place: usize): void {
  const tap = (<usize>numbers) << 2
  const half = f32x4.splat(0.5)
  // G W, one column of taps after the other, is kept behind the taps.
  const between = taps + 9 * tap
  for (let i: usize = 0; i < tap; i += 16) {
    for (let v: usize = 0; v < 3; v++) {
      const w = taps + v * tap + i
      const first = v128.load(w)
      const middle = v128.load(w + 3 * tap)
      const last = v128.load(w + 6 * tap)
      const ends = f32x4.mul(half, f32x4.add(first, last))
      const centre = f32x4.mul(half, middle)
      const keep = between + (v << 6)
      v128.store(keep, first)
      v128.store(keep, f32x4.add(ends, centre), 16)
      v128.store(keep, f32x4.sub(ends, centre), 32)
      v128.store(keep, last, 48)
    }
    for (let u: usize = 0; u < 4; u++) {
      const keep = between + (u << 4)
      const first = v128.load(keep)
      const last = v128.load(keep, 128)
      const ends = f32x4.mul(half, f32x4.add(first, last))
      const centre = f32x4.mul(half, v128.load(keep, 64))
      const write = to + 4 * u * place + i
      v128.store(write, first)
      v128.store(write + place, f32x4.add(ends, centre))
      v128.store(write + 2 * place, f32x4.sub(ends, centre))
      v128.store(write + 3 * place, last)
    }
  }
}

/** What `convolveTiles` is told. */
@unmanaged
class Convolution extends Tiling {
  x: u32
  filter: u32
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
  const filterPlace = (<usize>(channels * packedColumns(outChannels))) << 2
  const products = scratch + <usize>PLACES * sourcePlace
  const zeros = products + <usize>PLACES * targetPlace
  v128.store(zeros, f32x4.splat(0))
  for (let item = from; item < to; item++) {
    const first = (item / parts) * together
    const end = min(first + together, job.tiles)
    const part = item % parts
    const firstPanel = (part * panels) / parts
    const lastPanel = ((part + 1) * panels) / parts
    spreadImages(job, job.x, first, end, scratch, sourcePlace, (<usize>channels) << 2, 16, zeros)
    for (let place: usize = 0; place < <usize>PLACES; place++) {
      for (let panel = firstPanel; panel < lastPanel; panel++) {
        const column = panel * TILE_COLUMNS
        multiplyRegular(
          end - first,
          scratch + place * sourcePlace,
          (<usize>channels) << 2,
          float(<usize>job.filter + place * filterPlace, channels * column),
          channels,
          float(products + place * targetPlace, column),
          (<usize>outChannels) << 2,
          min(TILE_COLUMNS, outChannels - column),
        )
      }
    }
    const begin = firstPanel * TILE_COLUMNS
    const columns = min(lastPanel * TILE_COLUMNS, outChannels) - begin
    gatherTiles(args, first, end, float(products, begin), targetPlace, begin, columns)
  }
}

/** Aᵀ M A of the tiles `first..end`, with bias and activation, for `columns` output channels from `begin` on. */
function gatherTiles(args: usize, first: i32, end: i32, m: usize, place: usize, begin: i32, columns: i32): void {
  const job = changetype<Convolution>(args)
  const outHeight = job.outHeight
  const outWidth = job.outWidth
  const outChannels = job.outChannels
  const mode = job.mode
  const low = f32x4.splat(real(args, 0))
  const high = f32x4.splat(real(args, 1))
  const pixel = (<usize>outChannels) << 2
  const line = <usize>outWidth * pixel
  let finite = f32x4.splat(0)
  for (let tile = first; tile < end; tile++) {
    const row = tile / job.columns
    const image = row / job.rows
    const i = 2 * (row - image * job.rows)
    const j = 2 * (tile - row * job.columns)
    const right = j + 1 < outWidth
    const below = i + 1 < outHeight
    let y = <usize>job.y + <usize>((image * outHeight + i) * outWidth + j) * pixel + ((<usize>begin) << 2)
    let read = m + <usize>(tile - first) * pixel
    for (let c = 0; c < columns; c += 4) {
      let p = read
      let m0 = v128.load(p)
      p += place
      let m1 = v128.load(p)
      p += place
      let m2 = v128.load(p)
      p += place
      let m3 = v128.load(p)
      p += place
      let n0 = v128.load(p)
      p += place
      let n1 = v128.load(p)
      p += place
      let n2 = v128.load(p)
      p += place
      let n3 = v128.load(p)
      m0 = f32x4.add(m0, n0)
      m1 = f32x4.add(m1, n1)
      m2 = f32x4.add(m2, n2)
      m3 = f32x4.add(m3, n3)
      p += place
      let o = v128.load(p)
      m0 = f32x4.add(m0, o)
      n0 = f32x4.sub(n0, o)
      p += place
      o = v128.load(p)
      m1 = f32x4.add(m1, o)
      n1 = f32x4.sub(n1, o)
      p += place
      o = v128.load(p)
      m2 = f32x4.add(m2, o)
      n2 = f32x4.sub(n2, o)
      p += place
      o = v128.load(p)
      m3 = f32x4.add(m3, o)
      n3 = f32x4.sub(n3, o)
      p += place
      n0 = f32x4.sub(n0, v128.load(p))
      p += place
      n1 = f32x4.sub(n1, v128.load(p))
      p += place
      n2 = f32x4.sub(n2, v128.load(p))
      p += place
      n3 = f32x4.sub(n3, v128.load(p))
      let y0 = f32x4.add(f32x4.add(m0, m1), m2)
      let y1 = f32x4.sub(f32x4.sub(m1, m2), m3)
      let y2 = f32x4.add(f32x4.add(n0, n1), n2)
      let y3 = f32x4.sub(f32x4.sub(n1, n2), n3)
      const sum = f32x4.add(f32x4.add(y0, y1), f32x4.add(y2, y3))
      finite = f32x4.add(finite, f32x4.mul(sum, f32x4.splat(0)))
      if (mode & BIAS) {
        const bias = v128.load(float(job.bias, begin + c))
        y0 = f32x4.add(y0, bias)
        y1 = f32x4.add(y1, bias)
        y2 = f32x4.add(y2, bias)
        y3 = f32x4.add(y3, bias)
      }
      if (mode & CLAMP) {
        y0 = clamped(y0, low, high)
        y1 = clamped(y1, low, high)
        y2 = clamped(y2, low, high)
        y3 = clamped(y3, low, high)
      } else if (mode & SLOPE) {
        y0 = sloped(y0, low)
        y1 = sloped(y1, low)
        y2 = sloped(y2, low)
        y3 = sloped(y3, low)
      }
      v128.store(y, y0)
      if (right) v128.store(y + pixel, y1)
      if (below) {
        v128.store(y + line, y2)
        if (right) v128.store(y + line + pixel, y3)
      }
      y += 16
      read += 16
    }
  }
  if (!allFinite(finite)) store<i32>(job.spoilt, 1)
}
