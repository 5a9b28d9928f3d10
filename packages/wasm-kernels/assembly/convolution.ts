// Convolution, and its gradient with respect to the image, as products of a matrix that is never written: each row of
// it is the part of the image that the filter covers at one pixel of the result, read where it lies (implicit GEMM).
//
// The gradient, `turned`, is a convolution of dy with the turned filter. With stride s, the pixels of dx fall into s × s
// phases, each with a part of the filter of its own, so no zeros are multiplied.

import { TILE_COLUMNS } from './generated-tiles'
import { placeWindow } from './images'
import { at, float, int, real } from './job'
import { packColumns, packRows } from './pack'
import { multiplyPacked, packedColumns, panelsOf } from './products'

/** What is convolved, and how it is cut; the fields come in this order as arguments of `planConvolution`. */
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
  /** The part of the image that a band reads: where it begins (that of the first band), and its size. */
  windowRow: i32
  windowColumn: i32
  windowRows: i32
  windowColumns: i32

  /** Whether the window is copied into scratch memory, because it reaches beyond the image. */
  @inline
  get copies(): bool {
    return this.windowRows > 0
  }
  /** The first row that any phase has, and how far the image moves from one to the next. */
  @inline
  get firstRow(): i32 {
    return this.turned ? this.top / this.strideHeight : 0
  }
  @inline
  get rowStep(): i32 {
    return this.turned ? 1 : this.strideHeight
  }
  @inline
  get columnStep(): i32 {
    return this.turned ? 1 : this.strideWidth
  }
  /** Pixels from one row of the source to the next, as the products see it. */
  @inline
  get pitch(): i32 {
    return this.copies ? this.windowColumns : this.sourceWidth
  }
  @inline
  get imagePitch(): i32 {
    return this.copies ? this.windowRows * this.windowColumns : this.sourceHeight * this.sourceWidth
  }
  @inline
  get phases(): i32 {
    return this.turned ? this.strideHeight * this.strideWidth : 1
  }
  @inline
  phase(i: i32): Phase {
    return changetype<Phase>(changetype<usize>(this) + offsetof<Plan>() + <usize>i * offsetof<Phase>())
  }
}

/** The pixels of the result that see the same part of the filter. */
@unmanaged
class Phase {
  /** For each pixel of a unit: where it reads, where it is written. */
  rows: usize
  /** For each run of numbers that lie together: where it begins, what is between its end and the next. */
  runs: usize
  runCount: i32
  length: i32
  /** How many rows of the packed filter come before those of this phase. */
  inner: i32
  firstRow: i32
  endRow: i32
  columns: i32
  /** Where the pixel at row 0, column 0 of the phase would be written. */
  target: i32
}

/** One axis of a phase: which steps along it there are. */
function firstStep(turned: i32, before: i32, stride: i32, phase: i32): i32 {
  return turned && before > phase ? (before - phase + stride - 1) / stride : 0
}

function endStep(turned: i32, size: i32, before: i32, stride: i32, phase: i32): i32 {
  if (!turned) return size
  const last = size - 1 + before - phase
  return last < 0 ? 0 : last / stride + 1
}

/** Whether a phase sees row (or column) u of the filter. */
function sees(turned: i32, u: i32, dilation: i32, stride: i32, phase: i32): bool {
  const distance = u * dilation - phase
  return !turned || (distance >= 0 && distance % stride === 0)
}

/** How far from its pixel a phase finds what row (or column) u of the filter multiplies. */
function distanceOf(turned: i32, u: i32, dilation: i32, stride: i32, before: i32, phase: i32): i32 {
  return turned ? -((u * dilation - phase) / stride) : u * dilation - before
}

/** Fills the tables of a convolution. Arguments: where the plan goes, and its fields. Items: 1. */
export function planConvolution(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  memory.copy(at(args, 0), args + 4, offsetof<Plan>())
  let free = changetype<usize>(plan.phase(plan.phases))
  let inner = 0
  for (let i = 0; i < plan.phases; i++) {
    const phase = plan.phase(i)
    phase.inner = inner
    phase.runs = free
    free = listRuns(plan, phase, i)
    inner += phase.runCount * phase.length
    phase.rows = free
    free = listRows(plan, phase, i)
  }
}

/** Lists the runs: in the order in which `packFilter` takes the filter, so that the addresses go up. */
function listRuns(plan: Plan, phase: Phase, which: i32): usize {
  const turned = plan.turned
  const phaseRow = which / plan.strideWidth
  const phaseColumn = which % plan.strideWidth
  // Without dilation, what the columns of the filter see lies together.
  const merged = plan.dilationWidth === 1
  let run = phase.runs
  let seen = 0
  phase.runCount = 0
  for (let row = 0; row < plan.filterHeight; row++) {
    const u = turned ? plan.filterHeight - 1 - row : row
    if (!sees(turned, u, plan.dilationHeight, plan.strideHeight, phaseRow)) continue
    const y = distanceOf(turned, u, plan.dilationHeight, plan.strideHeight, plan.top, phaseRow)
    seen = 0
    for (let column = 0; column < plan.filterWidth; column++) {
      const v = turned ? plan.filterWidth - 1 - column : column
      if (!sees(turned, v, plan.dilationWidth, plan.strideWidth, phaseColumn)) continue
      if (merged && seen++ > 0) continue
      const x = distanceOf(turned, v, plan.dilationWidth, plan.strideWidth, plan.left, phaseColumn)
      store<i32>(run, ((y * plan.pitch + x) * plan.sourceChannels) << 2)
      run += 8
      phase.runCount++
    }
  }
  phase.length = plan.sourceChannels * (merged ? seen : 1)
  if (phase.length === 0) phase.runCount = 0
  for (let r = phase.runs; r + 8 < run; r += 8) {
    store<i32>(r, load<i32>(r, 8) - load<i32>(r) - (phase.length << 2), 4)
  }
  return run
}

function listRows(plan: Plan, phase: Phase, which: i32): usize {
  const turned = plan.turned
  const phaseRow = which / plan.strideWidth
  const phaseColumn = which % plan.strideWidth
  const gridHeight = turned ? plan.strideHeight : 1
  const gridWidth = turned ? plan.strideWidth : 1
  const firstColumn = firstStep(turned, plan.left, plan.strideWidth, phaseColumn)
  const endColumn = endStep(turned, plan.targetWidth, plan.left, plan.strideWidth, phaseColumn)
  phase.firstRow = firstStep(turned, plan.top, plan.strideHeight, phaseRow)
  phase.endRow = endStep(turned, plan.targetHeight, plan.top, plan.strideHeight, phaseRow)
  phase.columns = max(endColumn - firstColumn, 0)
  const targetRow = turned ? phaseRow - plan.top : 0
  const targetColumn = turned ? phaseColumn - plan.left : 0
  phase.target = ((targetRow * plan.targetWidth + targetColumn) * plan.targetChannels) << 2
  // Whole images list the rows there are, bands all rows a band can have.
  const first = plan.bands === 1 ? phase.firstRow - plan.firstRow : 0
  const end = plan.bands === 1 ? phase.endRow - plan.firstRow : plan.bandRows
  let free = phase.rows
  for (let image = 0; image < plan.together; image++) {
    for (let i = first; i < end; i++) {
      const source = image * plan.imagePitch + i * plan.rowStep * plan.pitch
      const target = (image * plan.targetHeight + i * gridHeight) * plan.targetWidth
      for (let j = firstColumn; j < endColumn; j++) {
        store<i32>(free, ((source + j * plan.columnStep) * plan.sourceChannels) << 2)
        store<i32>(free, ((target + j * gridWidth) * plan.targetChannels) << 2, 4)
        free += 8
      }
    }
  }
  return free
}

/** Packs the filter `[height, width, c, o]` phase by phase. Arguments: plan, packed, filter. Items: panels. */
export function packFilter(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  const packed = at(args, 1)
  const filter = at(args, 2)
  const columns = plan.targetChannels
  for (let i = 0; i < plan.phases; i++) {
    const phase = plan.phase(i)
    const inner = phase.runCount * phase.length
    if (inner === 0) continue
    const base = float(packed, phase.inner * packedColumns(columns))
    for (let panel = from; panel < to; panel++) {
      const column = panel * TILE_COLUMNS
      const n = min(TILE_COLUMNS, columns - column)
      const write = float(base, inner * column)
      if (plan.turned) packTurned(plan, i, write, filter, column, n)
      else packRows(write, float(filter, column), inner, columns, n)
    }
  }
}

function packTurned(plan: Plan, which: i32, to: usize, filter: usize, column: i32, n: i32): void {
  const phaseRow = which / plan.strideWidth
  const phaseColumn = which % plan.strideWidth
  let write = to
  for (let u = plan.filterHeight - 1; u >= 0; u--) {
    if (!sees(1, u, plan.dilationHeight, plan.strideHeight, phaseRow)) continue
    for (let v = plan.filterWidth - 1; v >= 0; v--) {
      if (!sees(1, v, plan.dilationWidth, plan.strideWidth, phaseColumn)) continue
      const tap = (u * plan.filterWidth + v) * plan.targetChannels + column
      write = packColumns(write, float(filter, tap * plan.sourceChannels), plan.sourceChannels, plan.sourceChannels, n)
    }
  }
}

/**
 * Convolves. Arguments: plan, x, packed filter, y, bias, groups, mode; low, high. Items: units × groups, where a group
 * is a part of the panels, for images so few that their units do not keep all threads busy.
 */
export function convolve(args: usize, from: i32, to: i32, scratch: usize): void {
  const plan = changetype<Plan>(at(args, 0))
  const x = at(args, 1)
  const packed = at(args, 2)
  const y = at(args, 3)
  const groups = int(args, 5)
  const panels = panelsOf(plan.targetChannels)
  const sourceRow = plan.sourceWidth * plan.sourceChannels
  const targetRow = plan.targetWidth * plan.targetChannels
  const gridHeight = plan.turned ? plan.strideHeight : 1
  let placed = -1
  for (let item = from; item < to; item++) {
    const unit = item / groups
    const group = item % groups
    const band = (unit % plan.bands) * plan.bandRows
    const image = (unit / plan.bands) * plan.together
    const images = min(plan.together, plan.images - image)
    const start = plan.firstRow + band
    let a = float(x, (image * plan.sourceHeight + start * plan.rowStep) * sourceRow)
    if (plan.copies) {
      if (unit !== placed) placeWindows(plan, scratch, x, image, images, band)
      placed = unit
      const above = plan.firstRow * plan.rowStep - plan.windowRow
      a = float(scratch, (above * plan.windowColumns - plan.windowColumn) * plan.sourceChannels)
    }
    const c = float(y, (image * plan.targetHeight + start * gridHeight) * targetRow)
    for (let i = 0; i < plan.phases; i++) {
      const phase = plan.phase(i)
      const first = plan.bands === 1 ? 0 : max(phase.firstRow - start, 0)
      const end = plan.bands === 1 ? images * (phase.endRow - phase.firstRow) : min(phase.endRow - start, plan.bandRows)
      if (end <= first || phase.columns === 0) continue
      multiplyPacked(
        phase.rows,
        first * phase.columns,
        end * phase.columns,
        a,
        phase.runs,
        phase.runCount,
        phase.length,
        float(packed, phase.inner * packedColumns(plan.targetChannels)),
        (group * panels) / groups,
        ((group + 1) * panels) / groups,
        c + phase.target,
        plan.targetChannels,
        int(args, 6),
        at(args, 4),
        real(args, 0),
        real(args, 1),
      )
    }
  }
}

function placeWindows(plan: Plan, to: usize, x: usize, image: i32, images: i32, band: i32): void {
  const size = plan.sourceHeight * plan.sourceWidth * plan.sourceChannels
  const window = plan.windowRows * plan.windowColumns * plan.sourceChannels
  for (let i = 0; i < images; i++) {
    placeWindow(
      float(to, i * window),
      float(x, (image + i) * size),
      plan.sourceHeight,
      plan.sourceWidth,
      plan.sourceChannels,
      plan.windowRow + band * plan.rowStep,
      plan.windowColumn,
      plan.windowRows,
      plan.windowColumns,
    )
  }
}
