import { multiplyPanel, TILE_COLUMNS } from './generated-tiles'
import { int } from './job'
import { ADD } from './tile-edges'

/** So much of the inner dimension is multiplied at a time: a panel of 8 columns is 16 KB and stays in the L1 cache. */
const INNER: i32 = 512

/** How many panels `columns` columns make. */
export function panelsOf(columns: i32): i32 {
  return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS
}

/** The columns of a packed panel: a multiple of four. */
export function packedColumns(columns: i32): i32 {
  return (columns + 3) & ~3
}

/**
 * Rows `from..to` times the packed panels `firstPanel..lastPanel`, in blocks of the inner dimension; the sums of the
 * blocks are added in their order, so a number of the result is the same wherever its row and column stand.
 * `rows` and `runs` are tables as `multiplyPanel` takes them: of a run, the first word is where it begins. A panel is
 * `[runs × length, columns]`. `mode` is for the last block: the bias and the activation.
 */
export function multiplyPacked(
  rows: usize,
  from: i32,
  to: i32,
  a: usize,
  runs: usize,
  runCount: i32,
  length: i32,
  packed: usize,
  firstPanel: i32,
  lastPanel: i32,
  c: usize,
  columns: i32,
  mode: i32,
  bias: usize,
  low: f32,
  high: f32,
): void {
  const inner = runCount * length
  const together = length === 0 ? 1 : max(INNER / length, 1)
  // A long run is cut into pieces of about equal length, a multiple of 4.
  const pieces = (length + INNER - 1) / INNER
  const piece = pieces < 2 ? length : ((length + pieces - 1) / pieces + 3) & ~3
  for (let panel = firstPanel; panel < lastPanel; panel++) {
    const column = panel * TILE_COLUMNS
    const n = min(TILE_COLUMNS, columns - column)
    const pitch = (<usize>packedColumns(n)) << 2
    const at = (<usize>column) << 2
    let w = packed + <usize>inner * at
    if (inner === 0) {
      multiplyPanel(rows, from, to, a, 4, runs, 0, 0, w, pitch, c + at, n, mode, bias + at, low, high)
      continue
    }
    let add = 0
    for (let run = 0; run < runCount; run += together) {
      const count = min(together, runCount - run)
      const base = a + <usize>int(runs, 2 * run)
      const table = runs + ((<usize>run) << 3)
      for (let k = 0; k < length; k += piece) {
        const size = min(piece, length - k)
        const last = run + count === runCount && k + size === length
        multiplyPanel(
          rows,
          from,
          to,
          base + ((<usize>k) << 2),
          4,
          table,
          count,
          size,
          w,
          pitch,
          c + at,
          n,
          last ? mode | add : add,
          bias + at,
          low,
          high,
        )
        w += <usize>(count * size) * pitch
        add = ADD
      }
    }
  }
}
