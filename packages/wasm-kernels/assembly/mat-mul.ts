// Matrix products `op(a) · op(b)` over stacks, `op` the identity or the transpose.

import { TILE_COLUMNS } from './generated-tiles'
import { zeroFloats } from './images'
import { at, float, int, real } from './job'
import { packColumns, packRows, transposeFour } from './pack'
import { multiplyPacked, packedColumns, panelsOf, RUN_BYTES } from './products'

/** Packs stacked matrices `[k, n]`, or `[n, k]` if turned. Arguments: packed, b, k, n, turned. Items: panels of all matrices. */
export function packMatrices(args: usize, from: i32, to: i32, scratch: usize): void {
  const k = int(args, 2)
  const n = int(args, 3)
  const panels = panelsOf(n)
  const size = k * packedColumns(n)
  for (let item = from; item < to; item++) {
    const matrix = item / panels
    const column = (item - matrix * panels) * TILE_COLUMNS
    const columns = min(TILE_COLUMNS, n - column)
    const write = float(at(args, 0), matrix * size + k * column)
    const read = float(at(args, 1), matrix * k * n)
    if (int(args, 4)) packColumns(write, float(read, column * k), k, k, columns)
    else packRows(write, float(read, column), k, n, columns)
  }
}

/**
 * Multiplies. Arguments: a, packed b, c, bias, m, k, n, whether a is turned, matrices of a, matrices of b, table of pairs,
 * rows of a block, groups of panels, mode; low, high. Items: products × blocks of rows × groups.
 */
export function multiplyMatrices(args: usize, from: i32, to: i32, scratch: usize): void {
  const m = int(args, 4)
  const k = int(args, 5)
  const n = int(args, 6)
  const turned = int(args, 7)
  const pairs = at(args, 10)
  const block = int(args, 11)
  const groups = int(args, 12)
  const blocks = (m + block - 1) / block
  const panels = panelsOf(n)
  const run = scratch
  const rows = scratch + RUN_BYTES
  const turnedRows = rows + ((<usize>block) << 3)
  v128.store(run, i32x4.splat(0))
  for (let i = 0; i < block; i++) {
    store<i32>(rows + ((<usize>i) << 3), (i * k) << 2)
    store<i32>(rows + ((<usize>i) << 3), (i * n) << 2, 4)
  }
  let placed = -1
  for (let item = from; item < to; item++) {
    const group = item % groups
    const unit = item / groups
    const product = unit / blocks
    const row = (unit - product * blocks) * block
    const count = min(block, m - row)
    // Without a table, one matrix is for all products, or each has its own.
    const matrixA = pairs ? load<i32>(pairs + ((<usize>product) << 3)) : product % int(args, 8)
    const matrixB = pairs ? load<i32>(pairs + ((<usize>product) << 3), 4) : product % int(args, 9)
    let a = float(at(args, 0), matrixA * m * k)
    if (turned) {
      if (unit !== placed) transpose(turnedRows, float(a, row), k, count, m)
      placed = unit
      a = turnedRows
    } else a = float(a, row * k)
    multiplyPacked(
      rows,
      0,
      count,
      a,
      run,
      k === 0 ? 0 : 1,
      k,
      0,
      1,
      float(at(args, 1), matrixB * k * packedColumns(n)),
      k,
      (group * panels) / groups,
      ((group + 1) * panels) / groups,
      float(at(args, 2), (product * m + row) * n),
      n,
      int(args, 13),
      at(args, 3),
      real(args, 0),
      real(args, 1),
    )
  }
}

/** `[k, n]`, rows `stride` apart, becomes `[n, k]`. */
function transpose(to: usize, source: usize, k: i32, n: i32, stride: i32): void {
  let row = 0
  for (; row + 4 <= k; row += 4) transposeFour(float(to, row), k, float(source, row * stride), stride, n)
  for (; row < k; row++) {
    for (let i = 0; i < n; i++) store<f32>(float(to, i * k + row), load<f32>(float(source, row * stride + i)))
  }
}

/** y[i] = Σ_k a[i, k] · x[k]. Arguments: a, x, y, k. Items: rows. */
export function multiplyRows(args: usize, from: i32, to: i32, scratch: usize): void {
  const x = at(args, 1)
  const k = int(args, 3)
  const whole = k & ~7
  for (let i = from; i < to; i++) {
    const a = float(at(args, 0), i * k)
    let even = f32x4.splat(0)
    let odd = f32x4.splat(0)
    let j = 0
    for (; j < whole; j += 8) {
      even = f32x4.add(even, f32x4.mul(v128.load(float(a, j)), v128.load(float(x, j))))
      odd = f32x4.add(odd, f32x4.mul(v128.load(float(a, j), 16), v128.load(float(x, j), 16)))
    }
    even = f32x4.add(even, odd)
    even = f32x4.add(even, v128.shuffle<i64>(even, even, 1, 0))
    let sum = f32x4.extract_lane(even, 0) + f32x4.extract_lane(even, 1)
    for (; j < k; j++) sum += load<f32>(float(a, j)) * load<f32>(float(x, j))
    store<f32>(float(at(args, 2), i), sum)
  }
}

/** y[j] = Σ_k x[k] · b[k, j]. Arguments: b, x, y, k, n. Items: columns. */
export function multiplyColumns(args: usize, from: i32, to: i32, scratch: usize): void {
  const k = int(args, 3)
  const n = int(args, 4)
  zeroFloats(float(at(args, 2), from), to - from)
  // Eight rows at a time: the matrix is read row by row, and y stays in the L1 cache.
  for (let row = 0; row < k; row += 8) {
    addRows(at(args, 2), float(at(args, 1), row), float(at(args, 0), row * n), min(8, k - row), n, from, to)
  }
}

function addRows(y: usize, x: usize, b: usize, rows: i32, n: i32, from: i32, to: i32): void {
  let j = from
  for (; j + 4 <= to; j += 4) {
    let sum = f32x4.splat(0)
    let read = float(b, j)
    for (let i = 0; i < rows; i++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(float(x, i)), v128.load(read)))
      read = float(read, n)
    }
    v128.store(float(y, j), f32x4.add(v128.load(float(y, j)), sum))
  }
  for (; j < to; j++) {
    let sum: f32 = 0
    for (let i = 0; i < rows; i++) sum += load<f32>(float(x, i)) * load<f32>(float(b, i * n + j))
    store<f32>(float(y, j), load<f32>(float(y, j)) + sum)
  }
}
