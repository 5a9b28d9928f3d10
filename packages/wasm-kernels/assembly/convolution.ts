// Convolution, and its gradient with respect to the image, as products of a matrix that is never written: each row of
// it is the part of the image that the filter covers at one pixel of the result, read where it lies (implicit GEMM).
//
// Padding is not multiplied, nor written: pixels that see the same taps inside the image make a group, and each group
// multiplies its part of the filter.

import { Axis } from './axis'
import { TILE_COLUMNS } from './generated-tiles'
import { at, float, int, real } from './job'
import { packColumns, packRows } from './pack'
import { multiplyPacked, panelsOf, RUN_BYTES } from './products'

/** What is convolved, and how it is cut; the fields up to `tables` come in this order as arguments of `planConvolution`. */
@unmanaged
class Plan {
  images: i32
  sourceHeight: i32
  sourceWidth: i32
  sourceChannels: i32
  targetHeight: i32
  targetWidth: i32
  targetChannels: i32
  filterHeight: i32
  filterWidth: i32
  strideHeight: i32
  strideWidth: i32
  dilationHeight: i32
  dilationWidth: i32
  top: i32
  left: i32
  turned: i32
  /** Rows of a band; an image has `bands` of them. */
  bandRows: i32
  bands: i32
  /** Images in a unit of work, where an image has one band. */
  together: i32
  /** Where the tables begin: behind all groups there can be. */
  tables: i32
  /** How many groups there are. */
  groups: i32

  /** The first row that any phase has. */
  @inline
  get firstRow(): i32 {
    return this.turned ? this.top / this.strideHeight : 0
  }
  @inline
  get rowStep(): i32 {
    return this.turned ? 1 : this.strideHeight
  }
  @inline
  group(i: i32): Group {
    return changetype<Group>(changetype<usize>(this) + offsetof<Plan>() + <usize>i * offsetof<Group>())
  }
}

/** The pixels of the result that see the same part of the filter. */
@unmanaged
class Group {
  /** For each pixel of a unit: where it reads, where it is written. */
  rows: usize
  /** The runs of numbers that lie together, as `multiplyPacked` takes them. */
  runs: usize
  runCount: i32
  length: i32
  gap: i32
  regular: i32
  firstRow: i32
  endRow: i32
  columns: i32
  /** Where the pixel at row 0, column 0 would be written. */
  target: i32
}

/** Fills the tables of a convolution. Arguments: the plan, its fields. Items: 1. */
export function planConvolution(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  memory.copy(at(args, 0), args + 4, offsetof<Plan>('groups'))
  const rows = changetype<Axis>(scratch)
  const columns = changetype<Axis>(scratch + offsetof<Axis>())
  const turned = plan.turned
  let free = at(args, 0) + <usize>plan.tables
  let inner = 0
  plan.groups = 0
  const phaseRows = turned ? plan.strideHeight : 1
  const phaseColumns = turned ? plan.strideWidth : 1
  for (let i = 0; i < phaseRows; i++) {
    rows.fill(turned, plan.targetHeight, plan.filterHeight, plan.strideHeight, plan.dilationHeight, plan.top, i)
    for (let j = 0; j < phaseColumns; j++) {
      columns.fill(turned, plan.targetWidth, plan.filterWidth, plan.strideWidth, plan.dilationWidth, plan.left, j)
      free = listGroups(plan, rows, columns, inner, free)
      inner += rows.taps * columns.taps * plan.sourceChannels
    }
  }
}

/** The groups of one phase. `inner` rows of the packed filter come before those of the phase. */
function listGroups(plan: Plan, rows: Axis, columns: Axis, inner: i32, free: usize): usize {
  let next = free
  const firstOfBand = plan.groups
  for (let row = rows.first; row < rows.end; ) {
    const endRow = rows.groupEnd(row, plan.sourceHeight)
    let which = firstOfBand
    for (let column = columns.first; column < columns.end; which++) {
      const endColumn = columns.groupEnd(column, plan.sourceWidth)
      const group = plan.group(plan.groups++)
      group.firstRow = row
      group.endRow = endRow
      group.columns = endColumn - column
      group.target = ((rows.target * plan.targetWidth + columns.target) * plan.targetChannels) << 2
      group.runs = next
      next = listRuns(plan, group, rows, columns, column, inner, next)
      // In a band, groups that differ in their rows alone share the table of all rows that a band can have.
      if (plan.bands > 1 && row > rows.first) group.rows = plan.group(which).rows
      else {
        group.rows = next
        next = listRows(plan, rows, columns, row, endRow, column, endColumn, next)
      }
      column = endColumn
    }
    row = endRow
  }
  return next
}

/** The runs of a group, in the order of the packed filter, which is that of their addresses. */
function listRuns(plan: Plan, group: Group, rows: Axis, columns: Axis, column: i32, inner: i32, free: usize): usize {
  const firstRow = rows.tapAt(group.firstRow, 0)
  const endRow = rows.tapAt(group.firstRow, plan.sourceHeight)
  const firstColumn = columns.tapAt(column, 0)
  const endColumn = columns.tapAt(column, plan.sourceWidth)
  // Neighbours in the filter that are neighbours in the source are one run.
  const merged = columns.spacing === 1 ? max(endColumn - firstColumn, 1) : 1
  group.length = merged * plan.sourceChannels
  // What a group does not see of a row of the filter lies between its last run in that row and the first in the next.
  const unseen = columns.taps - (endColumn - firstColumn)
  const whole = columns.spacing === 1 || unseen === 0
  group.gap = columns.spacing === 1 ? unseen * plan.sourceChannels : 0
  group.regular = whole ? i32.MAX_VALUE : endColumn - firstColumn
  group.runCount = 0
  if (group.length === 0) return free
  let run = free
  for (let u = firstRow; u < endRow; u++) {
    for (let v = firstColumn; v < endColumn; v += merged) {
      const y = rows.distance + u * rows.spacing
      const x = columns.distance + v * columns.spacing
      store<i32>(run, ((y * plan.sourceWidth + x) * plan.sourceChannels) << 2)
      store<i32>(run, inner + (u * columns.taps + v) * plan.sourceChannels, 8)
      run += RUN_BYTES
      group.runCount++
    }
  }
  for (let r = free; r + RUN_BYTES < run; r += RUN_BYTES) {
    store<i32>(r, load<i32>(r, RUN_BYTES) - load<i32>(r) - (group.length << 2), 4)
  }
  return run
}

function listRows(
  plan: Plan,
  rows: Axis,
  columns: Axis,
  row: i32,
  endRow: i32,
  column: i32,
  endColumn: i32,
  free: usize,
): usize {
  // Whole images list the rows there are, bands all rows a band can have.
  const first = plan.bands === 1 ? row - plan.firstRow : 0
  const end = plan.bands === 1 ? endRow - plan.firstRow : plan.bandRows
  let next = free
  for (let image = 0; image < plan.together; image++) {
    for (let i = first; i < end; i++) {
      const source = (image * plan.sourceHeight + i * rows.step) * plan.sourceWidth
      const target = (image * plan.targetHeight + i * rows.grid) * plan.targetWidth
      for (let j = column; j < endColumn; j++) {
        store<i32>(next, ((source + j * columns.step) * plan.sourceChannels) << 2)
        store<i32>(next, ((target + j * columns.grid) * plan.targetChannels) << 2, 4)
        next += 8
      }
    }
  }
  return next
}

/** Packs the filter `[height, width, c, o]` phase by phase. Arguments: plan, packed, filter. Items: panels. */
export function packFilter(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  const filter = at(args, 2)
  const columns = plan.targetChannels
  const inner = plan.filterHeight * plan.filterWidth * plan.sourceChannels
  for (let panel = from; panel < to; panel++) {
    const column = panel * TILE_COLUMNS
    const n = min(TILE_COLUMNS, columns - column)
    const write = float(at(args, 1), inner * column)
    if (plan.turned) packTurned(plan, write, filter, column, n, scratch)
    else packRows(write, float(filter, column), inner, columns, n)
  }
}

function packTurned(plan: Plan, to: usize, filter: usize, column: i32, n: i32, scratch: usize): void {
  const rows = changetype<Axis>(scratch)
  const columns = changetype<Axis>(scratch + offsetof<Axis>())
  const inner = plan.sourceChannels
  let write = to
  for (let i = 0; i < plan.strideHeight; i++) {
    rows.fill(1, plan.targetHeight, plan.filterHeight, plan.strideHeight, plan.dilationHeight, plan.top, i)
    for (let j = 0; j < plan.strideWidth; j++) {
      columns.fill(1, plan.targetWidth, plan.filterWidth, plan.strideWidth, plan.dilationWidth, plan.left, j)
      for (let t = 0; t < rows.taps; t++) {
        const u = rows.filter + t * rows.filterStep
        for (let s = 0; s < columns.taps; s++) {
          const v = columns.filter + s * columns.filterStep
          const tap = (u * plan.filterWidth + v) * plan.targetChannels + column
          write = packColumns(write, float(filter, tap * inner), inner, inner, n)
        }
      }
    }
  }
}

/**
 * Convolves. Arguments: plan, x, packed filter, y, bias, parts, mode; low, high. Items: units × parts, where a part is
 * some of the panels, for images so few that their units do not keep all threads busy.
 */
export function convolve(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  const x = at(args, 1)
  const parts = int(args, 5)
  const panels = panelsOf(plan.targetChannels)
  const inner = plan.filterHeight * plan.filterWidth * plan.sourceChannels
  const sourceRow = plan.sourceWidth * plan.sourceChannels
  const targetRow = plan.targetWidth * plan.targetChannels
  const gridHeight = plan.turned ? plan.strideHeight : 1
  for (let item = from; item < to; item++) {
    const unit = item / parts
    const part = item % parts
    const band = (unit % plan.bands) * plan.bandRows
    const image = (unit / plan.bands) * plan.together
    const images = min(plan.together, plan.images - image)
    const start = plan.firstRow + band
    // The one place that says where a unit is read: what is to be done to an image before (the scale and shift of a
    // batch norm, a ReLU) could copy the unit's rows to scratch memory here, and nothing else would change.
    const a = float(x, (image * plan.sourceHeight + start * plan.rowStep) * sourceRow)
    const c = float(at(args, 3), (image * plan.targetHeight + start * gridHeight) * targetRow)
    for (let i = 0; i < plan.groups; i++) {
      const group = plan.group(i)
      const whole = plan.bands === 1
      const first = whole ? 0 : max(group.firstRow - start, 0)
      const end = whole ? images * (group.endRow - group.firstRow) : min(group.endRow - start, plan.bandRows)
      if (end <= first) continue
      multiplyPacked(
        group.rows,
        first * group.columns,
        end * group.columns,
        a,
        group.runs,
        group.runCount,
        group.length,
        group.gap,
        group.regular,
        at(args, 2),
        inner,
        (part * panels) / parts,
        ((part + 1) * panels) / parts,
        c + group.target,
        plan.targetChannels,
        int(args, 6),
        at(args, 4),
        real(args, 0),
        real(args, 1),
      )
    }
  }
}
