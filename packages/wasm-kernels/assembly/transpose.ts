import { at, float, int } from './job'

// The description: y, x, rows and columns of each matrix.
const ROWS: i32 = 2
const COLUMNS: i32 = 3
/**
 * Columns of a strip. Wider ones would use all of a cache line, but the lines of matrices whose rows are a power of two
 * apart share one place of the cache, which has room for twelve: four rows read and eight written.
 */
const STRIP: i32 = 8

/** Writes four columns of four rows as four rows. `line` and `step` are the bytes from a row to the next at x and y. */
function transposeFour(y: usize, x: usize, line: usize, step: usize): void {
  const a = v128.load(x)
  const b = v128.load(x + line)
  const c = v128.load(x + 2 * line)
  const d = v128.load(x + 3 * line)
  const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
  const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
  const ef = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
  const gh = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
  v128.store(y, i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23))
  v128.store(y + step, i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
  v128.store(y + 2 * step, i8x16.shuffle(ef, gh, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23))
  v128.store(y + 3 * step, i8x16.shuffle(ef, gh, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
}

/** Transposes each matrix of a stack of float32. Items: strips of 8 columns, of all matrices. */
export function transposeStack(args: usize, from: i32, to: i32, scratch: usize): void {
  const rows = int(args, ROWS)
  const columns = int(args, COLUMNS)
  const strips = (columns + STRIP - 1) / STRIP
  const line = float(0, columns)
  const step = float(0, rows)
  for (let item = from; item < to; item++) {
    const matrix = item / strips
    const left = (item - matrix * strips) * STRIP
    const right = min(columns, left + STRIP)
    const x = float(at(args, 1), matrix * rows * columns)
    const y = float(at(args, 0), matrix * rows * columns)
    let i = 0
    for (; i + 4 <= rows; i += 4) {
      const source = x + <usize>i * line
      const target = float(y, i)
      let j = left
      for (; j + 4 <= right; j += 4) transposeFour(target + <usize>j * step, float(source, j), line, step)
      for (; j < right; j++) {
        for (let k = 0; k < 4; k++) {
          store<f32>(float(target, k) + <usize>j * step, load<f32>(float(source, j) + <usize>k * line))
        }
      }
    }
    for (; i < rows; i++) {
      for (let j = left; j < right; j++) {
        store<f32>(float(y, i) + <usize>j * step, load<f32>(float(x, j) + <usize>i * line))
      }
    }
  }
}
