import type { SummaryRow } from './summarize.ts'

/**
 * The rows of `summarize` as a compact text table: a line for each site (and tensor, where there are several), a column
 * for each measure. Where a site has the same observer twice, the columns say at which place of the chain.
 *
 * Columns: `mean |g|`, `rms g` and `norm g` of `gradientFlow`; `kept`; `saturated`; `mean |r|` of `coAdaptation`, the
 * correlation between nodes; `curvature` of `sensitivity`, relative to the mean of |g|. Three significant digits.
 *
 * @param rows - What `summarize` returned.
 *
 * @example
 * ```ts
 * import { gradientFlow, keptFraction, summarize, toTable } from '@gg/diagnostics'
 * import { chain } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = chain(gradientFlow(), keptFraction())
 * const [, state] = tx.update(tf.tensor1d([3, 0, 0, -4]), tx.init(tf.zeros([4])))
 * for (const line of toTable(await summarize({ conv1: state })).split('\n')) console.log(line)
 * // → name   mean |g|  rms g  norm g   kept
 * // → conv1      1.75   2.50    5.00  0.500
 * ```
 */
export function toTable(rows: readonly SummaryRow[]): string {
  const crowded = new Set(rows.filter((row) => rows.some((other) => isTwin(row, other))).map((row) => row.observer))
  const lines = new Map<string, Map<string, string>>()
  const columns: string[] = []
  for (const row of rows) {
    const name = row.path === '' ? row.name : `${row.name}/${row.path}`
    const line = lines.get(name) ?? new Map<string, string>()
    lines.set(name, line)
    for (const [title, value] of measuresOf(row)) {
      const column = crowded.has(row.observer) ? `${row.at}: ${title}` : title
      if (!columns.includes(column)) columns.push(column)
      line.set(column, short(value))
    }
  }
  const header = ['name', ...columns]
  const cells = [...lines].map(([name, line]) => [name, ...columns.map((column) => line.get(column) ?? '')])
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((line) => (line[i] ?? '').length)))
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
  return [header, ...cells].map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}

/** Whether two rows would meet in one cell if their columns did not say where they stand. */
function isTwin(a: SummaryRow, b: SummaryRow): boolean {
  return a !== b && a.observer === b.observer && a.name === b.name && a.path === b.path
}

function measuresOf(row: SummaryRow): readonly (readonly [title: string, value: number])[] {
  switch (row.observer) {
    case 'gradientFlow':
      return [
        ['mean |g|', row.meanAbs],
        ['rms g', row.rms],
        ['norm g', row.norm],
      ]
    case 'keptFraction':
      return [['kept', row.keptFraction]]
    case 'saturation':
      return [['saturated', row.saturated]]
    case 'coAdaptation':
      return [['mean |r|', row.meanAbsCorrelation]]
    case 'sensitivity':
      return [['curvature', row.relative]]
  }
}

function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return '0'
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4 ? value.toPrecision(3) : value.toExponential(2)
}
