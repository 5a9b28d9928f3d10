// 3 × 3 convolutions of stride 1 with fewer multiplications (Lavin and Gray 2016, arXiv 1509.09308, after Winograd): 4 × 4
// pixels of the result, a tile, take 36 products for each pair of channels, where the definition takes 144.
//
//     Y = Aᵀ [ (G W Gᵀ) ⊙ (Bᵀ X B) ] A       X: the 6 × 6 pixels that a tile sees; W: the filter; Y: the tile
//
// The matrices are in `winograd-points.ts`.
//
// Summed over channels, what is in brackets is a matrix product at each of 6 × 6 places: tiles × channels times channels
// × output channels. The gradient with respect to the filter is the same formula read backwards:
//
//     dW = Gᵀ [ Σ_tiles (Bᵀ X B) ⊙ (A dY Aᵀ) ] G
//
// Padding is zeros here, and an infinity or a NaN spoils the whole tile. So the jobs say whether all they wrote is finite;
// where it is not, the caller computes again by the definition, and infinities are where IEEE says.

import { float } from './job'
import { Points } from './winograd-points'

/** Pixels of a tile's side. */
export const SIDE: i32 = 4

/** Places of a tile's transform, 6 × 6. */
export const PLACES: i32 = 36

/** Bytes of a column of six vectors. */
export const COLUMN: usize = 96

/** The tiles of images: fields of the description of a job. They are numbered row by row, image by image. */
@unmanaged
export class Tiling {
  /** What is seen. */
  height: i32
  width: i32
  channels: i32
  /** What is written, or what the gradient comes from. */
  outHeight: i32
  outWidth: i32
  outChannels: i32
  /** Padding: where the first tile begins to see. */
  top: i32
  left: i32
  /** Tiles of an image from top to bottom, from left to right; of all images. */
  rows: i32
  columns: i32
  tiles: i32
  /** Tiles of a unit of work. */
  together: i32
}

/**
 * From one place to the next in a table `[places, rows, columns]`, in bytes: of tiles or of pairs of channels. An odd number
 * of cache lines, so that the numbers of all places do not fall into the same set of the cache.
 */
export function placeBytes(rows: i32, columns: i32): usize {
  return <usize>((((rows * columns + 15) >> 4) | 1) << 6)
}

/**
 * Bᵀ X B of the tiles `first..end` of images `x`. Place by place, `place` bytes apart, four channels of a tile go to `to` +
 * its number × `step` + a quarter of the channel × `group`. `between` has room for the columns that a row of tiles sees.
 */
export function spreadImages(
  tiling: Tiling,
  x: usize,
  first: i32,
  end: i32,
  to: usize,
  place: usize,
  step: usize,
  group: usize,
  points: usize,
  between: usize,
): void {
  const image = (<usize>(tiling.height * tiling.width * tiling.channels)) << 2
  let write = to
  for (let tile = first; tile < end; ) {
    const row = tile / tiling.columns
    const column = tile - row * tiling.columns
    const n = row / tiling.rows
    const count = min(end - tile, tiling.columns - column)
    const top = SIDE * (row - n * tiling.rows) - tiling.top
    const left = SIDE * column - tiling.left
    for (let c = 0; c < tiling.channels; c += 4) {
      spreadColumns(tiling, float(x + <usize>n * image, c), top, left, SIDE * count + 2, points, between)
      let q = write + <usize>(c >> 2) * group
      for (let i = 0; i < count; i++) {
        spreadRows(between + <usize>(SIDE * i) * COLUMN, q, place, points)
        q += step
      }
    }
    write += <usize>count * step
    tile += count
  }
}

/** Bᵀ X for `count` columns of pixels from `top`, `left` on; each becomes a column of six vectors. */
function spreadColumns(
  tiling: Tiling,
  image: usize,
  top: i32,
  left: i32,
  count: i32,
  points: usize,
  between: usize,
): void {
  const height = tiling.height
  const pixel = (<usize>tiling.channels) << 2
  const line = <usize>tiling.width * pixel
  // What is to the left and to the right of the image.
  const begin = max(-left, 0)
  const end = max(min(tiling.width - left, count), begin)
  let write = between
  const middle = between + <usize>begin * COLUMN
  for (; write < middle; write += 16) v128.store(write, f32x4.splat(0))
  // A row outside the image is a zero that is read again and again.
  const zeros = Points.zeros(points)
  const from = image + <usize>(top * <i32>line + (left + begin) * <i32>pixel)
  const in0 = <u32>top < <u32>height
  const in1 = <u32>(top + 1) < <u32>height
  const in2 = <u32>(top + 2) < <u32>height
  const in3 = <u32>(top + 3) < <u32>height
  const in4 = <u32>(top + 4) < <u32>height
  const in5 = <u32>(top + 5) < <u32>height
  let p0 = in0 ? from : zeros
  let p1 = in1 ? from + line : zeros
  let p2 = in2 ? from + 2 * line : zeros
  let p3 = in3 ? from + 3 * line : zeros
  let p4 = in4 ? from + 4 * line : zeros
  let p5 = in5 ? from + 5 * line : zeros
  const step0 = in0 ? pixel : 0
  const step1 = in1 ? pixel : 0
  const step2 = in2 ? pixel : 0
  const step3 = in3 ? pixel : 0
  const step4 = in4 ? pixel : 0
  const step5 = in5 ? pixel : 0
  const last = between + <usize>end * COLUMN
  for (; write < last; write += COLUMN) {
    const x0 = v128.load(p0)
    const x1 = v128.load(p1)
    const x2 = v128.load(p2)
    const x3 = v128.load(p3)
    const x4 = v128.load(p4)
    const x5 = v128.load(p5)
    Points.spreadSix(x0, x1, x2, x3, x4, x5, write, 16, points)
    p0 += step0
    p1 += step1
    p2 += step2
    p3 += step3
    p4 += step4
    p5 += step5
  }
  const behind = between + <usize>count * COLUMN
  for (; write < behind; write += 16) v128.store(write, f32x4.splat(0))
}

/** (Bᵀ X) B for the six columns of a tile. */
function spreadRows(columns: usize, to: usize, place: usize, points: usize): void {
  let write = to
  for (let read = columns; read < columns + COLUMN; read += 16) {
    const x0 = v128.load(read)
    const x1 = v128.load(read, COLUMN)
    const x2 = v128.load(read, 2 * COLUMN)
    const x3 = v128.load(read, 3 * COLUMN)
    const x4 = v128.load(read, 4 * COLUMN)
    const x5 = v128.load(read, 5 * COLUMN)
    Points.spreadSix(x0, x1, x2, x3, x4, x5, write, place, points)
    write += 6 * place
  }
}

/** Four zeros, or something that is not: whether a vector of `0 × number` says that all numbers were finite. */
export function allFinite(zeros: v128): bool {
  return i32x4.all_true(f32x4.eq(zeros, f32x4.splat(0)))
}
