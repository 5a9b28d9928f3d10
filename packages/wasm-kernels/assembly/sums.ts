import { at, float, int } from './job'

// Sums of float32 in float64. A tensor is seen as [outer, count, inner], of which the middle is summed, and cut into
// blocks of rows by its shape alone: every block has a sum of its own, and the blocks are added in order, so no result
// depends on which thread did what.
//
// The description: the result, the numbers, then what follows. Results are float64 while a further job is to add
// blocks, else float32, divided by the divisor.
const COUNT: i32 = 2
const INNER: i32 = 3
/** Rows in a block, the last of which may be shorter. */
const ROWS: i32 = 4
const BLOCKS: i32 = 5
/** Columns in a chunk: what is wide is cut this way. */
const COLUMNS: i32 = 6
const CHUNKS: i32 = 7
/** 0 for results in float64. */
const DIVISOR: i32 = 8

/** The first two of four numbers. */
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x)
}

/** The last two of four numbers. */
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15))
}

function put(y: usize, index: i32, sum: f64, divisor: i32): void {
  if (divisor === 0) store<f64>(y + ((<usize>index) << 3), sum)
  else store<f32>(float(y, index), <f32>(sum / <f64>divisor))
}

/** The sum of `count` numbers that lie together. Eight sums side by side keep the adders busy. */
function sumOfRun(x: usize, count: i32): f64 {
  let a = f64x2.splat(0)
  let b = f64x2.splat(0)
  let c = f64x2.splat(0)
  let d = f64x2.splat(0)
  let from = x
  const end = float(x, count)
  for (const last = float(x, count & ~7); from < last; from += 32) {
    const first = v128.load(from)
    const second = v128.load(from, 16)
    a = f64x2.add(a, low(first))
    b = f64x2.add(b, high(first))
    c = f64x2.add(c, low(second))
    d = f64x2.add(d, high(second))
  }
  const sums = f64x2.add(f64x2.add(a, b), f64x2.add(c, d))
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  for (; from < end; from += 4) sum += <f64>load<f32>(from)
  return sum
}

/** Sums with nothing behind the summed axes (inner is 1). Items: blocks of all of outer. */
export function sumRuns(args: usize, from: i32, to: i32, scratch: usize): void {
  const count = int(args, COUNT)
  const rows = int(args, ROWS)
  const blocks = int(args, BLOCKS)
  for (let item = from; item < to; item++) {
    const outer = item / blocks
    const first = (item - outer * blocks) * rows
    const sum = sumOfRun(float(at(args, 1), outer * count + first), max(0, min(rows, count - first)))
    put(at(args, 0), item, sum, int(args, DIVISOR))
  }
}

/** Sixteen columns down `rows` rows: a cache line of each. */
function sumSixteen(y: usize, index: i32, x: usize, rows: i32, line: usize, divisor: i32): void {
  let s0 = f64x2.splat(0)
  let s1 = f64x2.splat(0)
  let s2 = f64x2.splat(0)
  let s3 = f64x2.splat(0)
  let s4 = f64x2.splat(0)
  let s5 = f64x2.splat(0)
  let s6 = f64x2.splat(0)
  let s7 = f64x2.splat(0)
  for (let i = 0, p = x; i < rows; i++, p += line) {
    const a = v128.load(p)
    const b = v128.load(p, 16)
    const c = v128.load(p, 32)
    const d = v128.load(p, 48)
    s0 = f64x2.add(s0, low(a))
    s1 = f64x2.add(s1, high(a))
    s2 = f64x2.add(s2, low(b))
    s3 = f64x2.add(s3, high(b))
    s4 = f64x2.add(s4, low(c))
    s5 = f64x2.add(s5, high(c))
    s6 = f64x2.add(s6, low(d))
    s7 = f64x2.add(s7, high(d))
  }
  putTwo(y, index, s0, divisor)
  putTwo(y, index + 2, s1, divisor)
  putTwo(y, index + 4, s2, divisor)
  putTwo(y, index + 6, s3, divisor)
  putTwo(y, index + 8, s4, divisor)
  putTwo(y, index + 10, s5, divisor)
  putTwo(y, index + 12, s6, divisor)
  putTwo(y, index + 14, s7, divisor)
}

function putTwo(y: usize, index: i32, sums: v128, divisor: i32): void {
  put(y, index, f64x2.extract_lane(sums, 0), divisor)
  put(y, index + 1, f64x2.extract_lane(sums, 1), divisor)
}

/** Sums down the columns of rows. Items: chunks of columns, of blocks of rows, of all of outer. */
export function sumRows(args: usize, from: i32, to: i32, scratch: usize): void {
  const inner = int(args, INNER)
  const blocks = int(args, BLOCKS)
  const chunks = int(args, CHUNKS)
  const divisor = int(args, DIVISOR)
  const line = float(0, inner)
  for (let item = from; item < to; item++) {
    const block = item / chunks
    const outer = block / blocks
    const first = (block - outer * blocks) * int(args, ROWS)
    const rows = max(0, min(int(args, ROWS), int(args, COUNT) - first))
    const left = (item - block * chunks) * int(args, COLUMNS)
    const right = min(inner, left + int(args, COLUMNS))
    const x = at(args, 1) + <usize>(outer * int(args, COUNT) + first) * line
    const y = at(args, 0)
    let k = left
    for (; k + 16 <= right; k += 16) sumSixteen(y, block * inner + k, float(x, k), rows, line, divisor)
    for (; k + 4 <= right; k += 4) {
      let front = f64x2.splat(0)
      let back = f64x2.splat(0)
      for (let i = 0, p = float(x, k); i < rows; i++, p += line) {
        front = f64x2.add(front, low(v128.load(p)))
        back = f64x2.add(back, high(v128.load(p)))
      }
      putTwo(y, block * inner + k, front, divisor)
      putTwo(y, block * inner + k + 2, back, divisor)
    }
    for (; k < right; k++) {
      let sum: f64 = 0
      for (let i = 0, p = float(x, k); i < rows; i++, p += line) sum += <f64>load<f32>(p)
      put(y, block * inner + k, sum, divisor)
    }
  }
}

/** Adds the blocks' sums, in order: float64 in [outer, count, inner] to float32. Items: results. */
export function addBlocks(args: usize, from: i32, to: i32, scratch: usize): void {
  const count = int(args, COUNT)
  const inner = int(args, INNER)
  for (let item = from; item < to; item++) {
    const outer = item / inner
    let p = at(args, 1) + ((<usize>(outer * count * inner + item - outer * inner)) << 3)
    let sum: f64 = 0
    for (let i = 0; i < count; i++, p += (<usize>inner) << 3) sum += load<f64>(p)
    put(at(args, 0), item, sum, int(args, DIVISOR))
  }
}
