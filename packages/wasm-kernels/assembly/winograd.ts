// 3 × 3 convolutions of stride 1 with fewer multiplications (Lavin and Gray 2016, arXiv 1509.09308, after Winograd): 2 × 2
// pixels of the result, a tile, take 16 products for each pair of channels, where the definition takes 36.
//
//     Y = Aᵀ [ (G W Gᵀ) ⊙ (Bᵀ X B) ] A       X: the 4 × 4 pixels that a tile sees; W: the filter; Y: the tile
//
//          | 1  0 -1  0 |           | 1  0  0 |            | 1  1  1  0 |
//     Bᵀ = | 0  1  1  0 |       G = | ½  ½  ½ |       Aᵀ = | 0  1 -1 -1 |
//          | 0 -1  1  0 |           | ½ -½  ½ |
//          | 0  1  0 -1 |           | 0  0  1 |
//
// Summed over channels, what is in brackets is a matrix product at each of 4 × 4 places: tiles × channels times channels
// × output channels. The gradient with respect to the filter is the same formula read backwards:
//
//     dW = Gᵀ [ Σ_tiles (Bᵀ X B) ⊙ (A dY Aᵀ) ] G
//
// Padding is zeros here, and an infinity or a NaN spoils the whole tile. So the jobs say whether all they wrote is finite;
// where it is not, the caller computes again by the definition, and infinities are where IEEE says.

/** Places of a tile's transform. */
export const PLACES: i32 = 16

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
 * From one place to the next in a table `[places, tiles, channels]`, in bytes. An odd number of cache lines, so that the
 * sixteen numbers of a tile do not fall into the same set of the cache.
 */
export function placeBytes(tiles: i32, channels: i32): usize {
  return <usize>((((tiles * channels + 15) >> 4) | 1) << 6)
}

/**
 * Bᵀ X B of the tiles `first..end` of images `x`. Place by place, `place` bytes apart, four channels of a tile go to `to` +
 * its number × `step` + a quarter of the channel × `group`. `zeros` are 16 bytes of them.
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
  zeros: usize,
): void {
  const image = (<usize>(tiling.height * tiling.width * tiling.channels)) << 2
  let write = to
  for (let tile = first; tile < end; ) {
    const row = tile / tiling.columns
    const column = tile - row * tiling.columns
    const n = row / tiling.rows
    const count = min(end - tile, tiling.columns - column)
    const top = 2 * (row - n * tiling.rows) - tiling.top
    spreadRow(tiling, x + <usize>n * image, top, 2 * column - tiling.left, count, write, place, step, group, zeros)
    write += <usize>count * step
    tile += count
  }
}

/** `count` tiles beside each other, of which the first sees the image from `top`, `left` on. */
function spreadRow(
  tiling: Tiling,
  image: usize,
  top: i32,
  left: i32,
  count: i32,
  to: usize,
  place: usize,
  step: usize,
  group: usize,
  zeros: usize,
): void {
  const height = tiling.height
  const width = tiling.width
  const channels = tiling.channels
  const pixel = (<usize>channels) << 2
  const line = <usize>width * pixel
  // A row outside the image is a zero that is read again and again.
  const in0 = <u32>top < <u32>height
  const in1 = <u32>(top + 1) < <u32>height
  const in2 = <u32>(top + 2) < <u32>height
  const in3 = <u32>(top + 3) < <u32>height
  const step0 = in0 ? pixel : 0
  const step1 = in1 ? pixel : 0
  const step2 = in2 ? pixel : 0
  const step3 = in3 ? pixel : 0
  let first = image + <usize>(top * <i32>line + left * <i32>pixel)
  let write = to
  for (let c = 0; c < channels; c += 4) {
    let p0 = in0 ? first : zeros
    let p1 = in1 ? first + line : zeros
    let p2 = in2 ? first + 2 * line : zeros
    let p3 = in3 ? first + 3 * line : zeros
    // Bᵀ X for the two columns that this tile shares with the one before.
    let a0 = f32x4.splat(0)
    let a1 = a0
    let a2 = a0
    let a3 = a0
    let b0 = a0
    let b1 = a0
    let b2 = a0
    let b3 = a0
    let q = write - step
    for (let x = left; x <= left + 2 * count; x += 2) {
      let c0 = f32x4.splat(0)
      let c1 = c0
      let c2 = c0
      let c3 = c0
      let d0 = c0
      let d1 = c0
      let d2 = c0
      let d3 = c0
      if (<u32>x < <u32>width) {
        const x1 = v128.load(p1)
        const x2 = v128.load(p2)
        c0 = f32x4.sub(v128.load(p0), x2)
        c1 = f32x4.add(x1, x2)
        c2 = f32x4.sub(x2, x1)
        c3 = f32x4.sub(x1, v128.load(p3))
      }
      if (<u32>(x + 1) < <u32>width) {
        const x1 = v128.load(p1 + step1)
        const x2 = v128.load(p2 + step2)
        d0 = f32x4.sub(v128.load(p0 + step0), x2)
        d1 = f32x4.add(x1, x2)
        d2 = f32x4.sub(x2, x1)
        d3 = f32x4.sub(x1, v128.load(p3 + step3))
      }
      p0 += 2 * step0
      p1 += 2 * step1
      p2 += 2 * step2
      p3 += 2 * step3
      // The first two columns make no tile yet.
      if (x > left) {
        let r = q
        v128.store(r, f32x4.sub(a0, c0))
        r += place
        v128.store(r, f32x4.add(b0, c0))
        r += place
        v128.store(r, f32x4.sub(c0, b0))
        r += place
        v128.store(r, f32x4.sub(b0, d0))
        r += place
        v128.store(r, f32x4.sub(a1, c1))
        r += place
        v128.store(r, f32x4.add(b1, c1))
        r += place
        v128.store(r, f32x4.sub(c1, b1))
        r += place
        v128.store(r, f32x4.sub(b1, d1))
        r += place
        v128.store(r, f32x4.sub(a2, c2))
        r += place
        v128.store(r, f32x4.add(b2, c2))
        r += place
        v128.store(r, f32x4.sub(c2, b2))
        r += place
        v128.store(r, f32x4.sub(b2, d2))
        r += place
        v128.store(r, f32x4.sub(a3, c3))
        r += place
        v128.store(r, f32x4.add(b3, c3))
        r += place
        v128.store(r, f32x4.sub(c3, b3))
        r += place
        v128.store(r, f32x4.sub(b3, d3))
      }
      a0 = c0
      a1 = c1
      a2 = c2
      a3 = c3
      b0 = d0
      b1 = d1
      b2 = d2
      b3 = d3
      q += step
    }
    first += 16
    write += group
  }
}

/** Four zeros, or something that is not: whether a vector of `0 × number` says that all numbers were finite. */
export function allFinite(zeros: v128): bool {
  return i32x4.all_true(f32x4.eq(zeros, f32x4.splat(0)))
}
