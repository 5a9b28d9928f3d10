import { multiplyPanel, TILE_COLUMNS } from './generated-tiles'
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
 * A run of numbers that lie together, as a table lists it: where it begins, how many bytes lie between its end and the
 * next; the first row of the packed panel that it meets. From a run to the next, `gap` rows of the panel are left out,
 * except that behind `regular` runs the gap may be another.
 */
export const RUN_BYTES: i32 = 12

/**
 * Rows `from..to` times the packed panels `firstPanel..lastPanel`, in blocks of the inner dimension whose sums are added
 * in their order. `rows` and `runs` are tables as `multiplyPanel` takes them; a panel is `[inner, columns]`. `mode` is
 * for the last block: the bias and the activation.
 */
export function multiplyPacked(
  rows: usize,
  from: i32,
  to: i32,
  a: usize,
  runs: usize,
  runCount: i32,
  length: i32,
  gap: i32,
  regular: i32,
  packed: usize,
  inner: i32,
  firstPanel: i32,
  lastPanel: i32,
  c: usize,
  columns: i32,
  mode: i32,
  bias: usize,
  low: f32,
  high: f32,
): void {
  const together = length === 0 ? 1 : min(max(INNER / length, 1), regular)
  // A long run is cut into pieces of about equal length, a multiple of 4.
  const pieces = (length + INNER - 1) / INNER
  const piece = pieces < 2 ? length : ((length + pieces - 1) / pieces + 3) & ~3
  for (let panel = firstPanel; panel < lastPanel; panel++) {
    const column = panel * TILE_COLUMNS
    const n = min(TILE_COLUMNS, columns - column)
    const pitch = (<usize>packedColumns(n)) << 2
    const at = (<usize>column) << 2
    const w = packed + <usize>inner * at
    if (runCount === 0) {
      multiplyPanel(rows, from, to, a, 4, runs, 0, 0, w, pitch, 0, c + at, n, mode, bias + at, low, high)
      continue
    }
    let add = 0
    let count = 0
    for (let run = 0; run < runCount; run += count) {
      count = min(min(together, regular - (run % regular)), runCount - run)
      const table = runs + <usize>(run * RUN_BYTES)
      const base = a + load<u32>(table)
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
          w + <usize>(load<i32>(table, 8) + k) * pitch,
          pitch,
          <usize>gap * pitch,
          c + at,
          n,
          last ? mode | add : add,
          bias + at,
          low,
          high,
        )
        add = ADD
      }
    }
  }
}
