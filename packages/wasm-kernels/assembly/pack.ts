// Packing: a matrix `[inner, columns]` is laid out as panels, so that the inner loop of the products reads one stretch
// of memory. A panel is `[inner, 4, 8 or as many columns as a tile has]`; the last is filled up with zeros.

import { copyFloats, zeroFloats } from './images'
import { float } from './job'
import { packedColumns } from './products'

/** Columns `n` of rows that lie `stride` numbers apart; the end of what was written. */
export function packRows(to: usize, source: usize, inner: i32, stride: i32, n: i32): usize {
  const width = packedColumns(n)
  let write = to
  let read = source
  if (n === 8) {
    for (let k = 0; k < inner; k++) {
      v128.store(write, v128.load(read))
      v128.store(write, v128.load(read, 16), 16)
      write += 32
      read += (<usize>stride) << 2
    }
    return write
  }
  for (let k = 0; k < inner; k++) {
    copyFloats(write, read, n)
    if (n < width) zeroFloats(float(write, n), width - n)
    write = float(write, width)
    read = float(read, stride)
  }
  return write
}

/** The same from a matrix `[columns, inner]`, whose rows lie `stride` numbers apart. */
export function packColumns(to: usize, source: usize, inner: i32, stride: i32, n: i32): usize {
  const width = packedColumns(n)
  for (let column = 0; column < width; column += 4) {
    const filled = min(4, n - column)
    if (filled === 4) transposeFour(float(to, column), width, float(source, column * stride), stride, inner)
    else {
      for (let k = 0; k < inner; k++) {
        const write = float(to, k * width + column)
        for (let i = 0; i < 4; i++) {
          store<f32>(float(write, i), i < filled ? load<f32>(float(source, (column + i) * stride + k)) : 0)
        }
      }
    }
  }
  return float(to, inner * width)
}

/** Four rows of n numbers, `stride` apart, become n rows of four, `pitch` apart. */
export function transposeFour(to: usize, pitch: i32, source: usize, stride: i32, n: i32): void {
  const a = source
  const b = float(a, stride)
  const c = float(b, stride)
  const d = float(c, stride)
  let write = to
  const step = (<usize>pitch) << 2
  let k = 0
  for (; k + 4 <= n; k += 4) {
    const at = (<usize>k) << 2
    const a4 = v128.load(a + at)
    const b4 = v128.load(b + at)
    const c4 = v128.load(c + at)
    const d4 = v128.load(d + at)
    const ab = v128.shuffle<f32>(a4, b4, 0, 4, 1, 5)
    const cd = v128.shuffle<f32>(c4, d4, 0, 4, 1, 5)
    const ab2 = v128.shuffle<f32>(a4, b4, 2, 6, 3, 7)
    const cd2 = v128.shuffle<f32>(c4, d4, 2, 6, 3, 7)
    v128.store(write, v128.shuffle<i64>(ab, cd, 0, 2))
    write += step
    v128.store(write, v128.shuffle<i64>(ab, cd, 1, 3))
    write += step
    v128.store(write, v128.shuffle<i64>(ab2, cd2, 0, 2))
    write += step
    v128.store(write, v128.shuffle<i64>(ab2, cd2, 1, 3))
    write += step
  }
  for (; k < n; k++) {
    store<f32>(write, load<f32>(float(a, k)))
    store<f32>(write, load<f32>(float(b, k)), 4)
    store<f32>(write, load<f32>(float(c, k)), 8)
    store<f32>(write, load<f32>(float(d, k)), 12)
    write += step
  }
}
