// The gradient of `winograd.ts` with respect to the filter. Each block of units has sums of its own, so that what is added to
// what does not depend on who adds it.

import { multiplyPanel, TILE_COLUMNS } from './generated-tiles'
import { at, float, int } from './job'
import { panelsOf } from './products'
import { ADD } from './tile-edges'
import { allFinite, PLACES, placeBytes, spreadImages, Tiling } from './winograd'

/** What `sumTiles` is told. */
@unmanaged
class FilterGradient extends Tiling {
  x: u32
  dy: u32
  /** For each block `[places, channels, outChannels]`. */
  sums: u32
  blocks: i32
  /** Each block is done in as many parts, each with its share of the panels of output channels. */
  parts: i32
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
  const zeros = gradients + <usize>PLACES * outPlace
  const run = zeros + 16
  const rows = run + 16
  v128.store(zeros, f32x4.splat(0))
  v128.store(run, f32x4.splat(0))
  // Four channels of a tile lie together, and behind them those of the next tile.
  for (let c = 0; c < channels; c++) {
    store<i32>(rows + ((<usize>c) << 3), ((c >> 2) * together * 4 + (c & 3)) << 2)
    store<i32>(rows + ((<usize>c) << 3), (c * outChannels) << 2, 4)
  }
  const size = channels * outChannels
  const panels = panelsOf(outChannels)
  for (let item = from; item < to; item++) {
    const block = item / job.parts
    const part = item % job.parts
    const firstUnit = (block * units) / job.blocks
    const lastUnit = ((block + 1) * units) / job.blocks
    const firstColumn = ((part * panels) / job.parts) * TILE_COLUMNS
    const lastColumn = min((((part + 1) * panels) / job.parts) * TILE_COLUMNS, outChannels)
    const sums = float(job.sums, block * PLACES * size)
    for (let unit = firstUnit; unit < lastUnit; unit++) {
      const first = unit * together
      const end = min(first + together, job.tiles)
      spreadImages(job, job.x, first, end, scratch, place, 16, (<usize>together) << 4, zeros)
      spreadGradients(job, first, end, firstColumn, lastColumn, gradients, outPlace)
      for (let i = 0; i < PLACES; i++) {
        for (let column = firstColumn; column < lastColumn; column += TILE_COLUMNS) {
          const n = min(TILE_COLUMNS, lastColumn - column)
          multiplyPanel(
            rows,
            0,
            channels,
            scratch + <usize>i * place,
            16,
            run,
            1,
            end - first,
            float(gradients + <usize>i * outPlace, (column - firstColumn) * together),
            (<usize>n) << 2,
            0,
            float(sums, i * size + column),
            n,
            unit === firstUnit ? 0 : ADD,
            0,
            0,
            0,
          )
        }
      }
    }
  }
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
): void {
  const outHeight = job.outHeight
  const outWidth = job.outWidth
  const outChannels = job.outChannels
  const pixel = (<usize>outChannels) << 2
  const line = <usize>outWidth * pixel
  const zero = f32x4.splat(0)
  for (let tile = first; tile < end; tile++) {
    const row = tile / job.columns
    const image = row / job.rows
    const i = 2 * (row - image * job.rows)
    const j = 2 * (tile - row * job.columns)
    const right = j + 1 < outWidth
    const below = i + 1 < outHeight
    let read = float(job.dy, ((image * outHeight + i) * outWidth + j) * outChannels + firstColumn)
    for (let column = firstColumn; column < lastColumn; column += TILE_COLUMNS) {
      const n = min(TILE_COLUMNS, lastColumn - column)
      let write = float(to, (column - firstColumn) * job.together + (tile - first) * n)
      for (let c = 0; c < n; c += 4) {
        const a = v128.load(read)
        const b = right ? v128.load(read + pixel) : zero
        const c = below ? v128.load(read + line) : zero
        const d = below && right ? v128.load(read + line + pixel) : zero
        // A dY: a row each of its columns.
        const p = f32x4.add(a, c)
        const q = f32x4.add(b, d)
        const r = f32x4.sub(a, c)
        const s = f32x4.sub(b, d)
        let w = write
        v128.store(w, a)
        w += place
        v128.store(w, f32x4.add(a, b))
        w += place
        v128.store(w, f32x4.sub(a, b))
        w += place
        v128.store(w, f32x4.neg(b))
        w += place
        v128.store(w, p)
        w += place
        v128.store(w, f32x4.add(p, q))
        w += place
        v128.store(w, f32x4.sub(p, q))
        w += place
        v128.store(w, f32x4.neg(q))
        w += place
        v128.store(w, r)
        w += place
        v128.store(w, f32x4.add(r, s))
        w += place
        v128.store(w, f32x4.sub(r, s))
        w += place
        v128.store(w, f32x4.neg(s))
        w += place
        v128.store(w, f32x4.neg(c))
        w += place
        v128.store(w, f32x4.neg(f32x4.add(c, d)))
        w += place
        v128.store(w, f32x4.sub(d, c))
        w += place
        v128.store(w, d)
        read += 16
        write += 16
      }
    }
  }
}

/** Gᵀ Σ G of the sums of all blocks, in their order. Arguments: dw, sums, numbers of a place, blocks, spoilt. Items: fours. */
export function gatherFilterGradient(args: usize, from: i32, to: i32, scratch: usize): void {
  const place = (<usize>int(args, 2)) << 2
  const blocks = int(args, 3)
  const half = f32x4.splat(0.5)
  let finite = f32x4.splat(0)
  for (let four = from; four < to; four++) {
    // Gᵀ Σ, three numbers for each of four columns, is kept in memory.
    for (let column: usize = 0; column < 4; column++) {
      let read = at(args, 1) + ((<usize>four) << 4) + column * place
      let first = v128.load(read)
      let second = v128.load(read + 4 * place)
      let third = v128.load(read + 8 * place)
      let last = v128.load(read + 12 * place)
      for (let block = 1; block < blocks; block++) {
        read += 16 * place
        first = f32x4.add(first, v128.load(read))
        second = f32x4.add(second, v128.load(read + 4 * place))
        third = f32x4.add(third, v128.load(read + 8 * place))
        last = f32x4.add(last, v128.load(read + 12 * place))
      }
      const sum = f32x4.mul(half, f32x4.add(second, third))
      const keep = scratch + (column << 4)
      v128.store(keep, f32x4.add(first, sum))
      v128.store(keep, f32x4.mul(half, f32x4.sub(second, third)), 64)
      v128.store(keep, f32x4.add(sum, last), 128)
    }
    let write = at(args, 0) + ((<usize>four) << 4)
    for (let u: usize = 0; u < 3; u++) {
      const keep = scratch + (u << 6)
      const second = v128.load(keep, 16)
      const third = v128.load(keep, 32)
      const sum = f32x4.mul(half, f32x4.add(second, third))
      const left = f32x4.add(v128.load(keep), sum)
      const middle = f32x4.mul(half, f32x4.sub(second, third))
      const right = f32x4.add(sum, v128.load(keep, 48))
      v128.store(write, left)
      v128.store(write + place, middle)
      v128.store(write + 2 * place, right)
      write += 3 * place
      finite = f32x4.add(finite, f32x4.mul(f32x4.add(f32x4.add(left, middle), right), f32x4.splat(0)))
    }
  }
  if (!allFinite(finite)) store<i32>(at(args, 4), 1)
}
