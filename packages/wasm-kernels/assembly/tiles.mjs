// Writes the AssemblyScript of the one inner loop of all convolutions and matrix products: a tile of sums of products
// that stays in registers.
//
// A tile of `rows` × `columns` sums must fit into the vector registers that V8 gives out, and AssemblyScript has no
// arrays of locals, so each sum is a local of its own, written here. The loop over the inner dimension is not unrolled:
// V8 before 13 moves the multiply-adds of an unrolled loop below its loads and then spills the sums.

/** Every register tile that is built. `fused`: relaxed SIMD, whose multiply-add rounds once. */
export const TILES = [
  { name: 'simd-4x8', rows: 4, columns: 8, fused: false },
  { name: 'relaxed-4x8', rows: 4, columns: 8, fused: true },
  { name: 'relaxed-6x8', rows: 6, columns: 8, fused: true },
  { name: 'relaxed-6x16', rows: 6, columns: 16, fused: true },
]

const range = (n) => Array.from({ length: n }, (_, i) => i)
const lines = (items, line) => items.map(line).join('\n')

/** With one vector a row, four sums would wait for each other's additions; six are as many as V8 keeps the addresses of. */
const rowsOf = (tile, vectors) => (vectors === 1 ? 6 : tile.rows)

/** The source of one build. */
export function tileSource(tile) {
  const widths = range(tile.columns / 4).map((i) => i + 1)
  return `
import { at } from './job'
import { RUN_BYTES } from './products'
import { ADD, BIAS, CLAMP, SLOPE, clamped, loadPart, sloped, storePart } from './tile-edges'

/** How many rows the widest tile has: what packs its rows has to know. */
export const TILE_ROWS: i32 = ${tile.rows}
/** How many columns the widest tile has: a panel of packed columns is as wide. */
export const TILE_COLUMNS: i32 = ${tile.columns}

${lines(widths, (vectors) => panelSource(tile, vectors))}
/** One panel of \`columns\` (1 to TILE_COLUMNS) columns; see \`panel1\`. */
export function multiplyPanel(${parameters}): void {
${lines(widths.slice(0, -1), (vectors) => `  if (columns <= ${4 * vectors}) return panel${vectors}(${names})`)}
  panel${widths.length}(${names})
}
${lines(widths, (vectors) => regularSource(tile, vectors))}
/** One panel of \`columns\` (4, 8 … TILE_COLUMNS) columns; see \`regular1\`. */
export function multiplyRegular(${regularParameters}, columns: i32): void {
${lines(widths.slice(0, -1), (vectors) => `  if (columns == ${4 * vectors}) return regular${vectors}(${regularNames})`)}
  regular${widths.length}(${regularNames})
}
${fusedSource(tile)}
${ceilingSource(tile)}`
}

const multiplyAdd = ({ fused }, a, b, sum) =>
  fused ? `f32x4.relaxed_madd(${a}, ${b}, ${sum})` : `f32x4.add(${sum}, f32x4.mul(${a}, ${b}))`

const PARAMETERS = {
  rows: 'usize',
  from: 'i32',
  to: 'i32',
  a: 'usize',
  step: 'usize',
  runs: 'usize',
  runCount: 'i32',
  length: 'i32',
  b: 'usize',
  pitch: 'usize',
  gap: 'usize',
  c: 'usize',
  columns: 'i32',
  mode: 'i32',
  bias: 'usize',
  low: 'f32',
  high: 'f32',
}
const names = Object.keys(PARAMETERS).join(', ')
const parameters = Object.entries(PARAMETERS)
  .map(([name, type]) => `${name}: ${type}`)
  .join(', ')

/**
 * Rows \`from..to\` of one panel of columns. Row r reads its numbers from \`a\` + its first word in the table \`rows\`,
 * \`step\` bytes apart, in \`runCount\` runs of \`length\`; the second word of \`runs\` is what lies between them.
 * The other factor is at \`b\`, one row of the panel every \`pitch\` bytes, and \`gap\` bytes between runs. The sums go to \`c\` + the second word of the row.
 */
function panelSource(tile, vectors) {
  const rows = range(rowsOf(tile, vectors))
  const columns = range(vectors)
  const sums = rows.flatMap((i) => columns.map((j) => `s${i}_${j}`))
  const row = (i) => (i === 0 ? 'rows + (<usize>p << 3)' : `rows + (<usize>min(p + ${i}, last) << 3)`)
  return `function panel${vectors}(${parameters}): void {
  const whole = columns == ${4 * vectors}
  const last = to - 1
  for (let p = from; p < to; p += ${rows.length}) {
    // Rows behind the last repeat it: they compute and store the same.
${lines(rows, (i) => `    let a${i} = a + load<u32>(${row(i)})`)}
${lines(sums, (sum) => `    let ${sum} = f32x4.splat(0)`)}
    let w = b
    for (let r = 0; r < runCount; r++) {
      const end = w + <usize>length * pitch
      do {
${lines(columns, (j) => `        const b${j} = v128.load(w, ${16 * j})`)}
        w += pitch
${lines(
  rows,
  (i) => `        const v${i} = v128.load32_splat(a${i})
        a${i} += step
${lines(columns, (j) => `        s${i}_${j} = ${multiplyAdd(tile, `v${i}`, `b${j}`, `s${i}_${j}`)}`)}`,
)}
      } while (w != end)
      w += gap
      const skip = load<u32>(runs + <usize>(r * RUN_BYTES), 4)
${lines(rows, (i) => `      a${i} += skip`)}
    }
${lines(rows, (i) => `    const c${i} = c + load<u32>(${row(i)}, 4)`)}
    if (whole) {
${finishSource(rows, columns, -1)}
    } else {
${finishSource(rows, columns, vectors - 1)}
    }
  }
}
`
}

const REGULAR = { count: 'i32', a: 'usize', rowStep: 'usize', b: 'usize', length: 'i32', c: 'usize', sumStep: 'usize' }
const regularNames = Object.keys(REGULAR).join(', ')
const regularParameters = Object.entries(REGULAR)
  .map(([name, type]) => `${name}: ${type}`)
  .join(', ')

/**
 * \`count\` rows of \`length\` numbers, \`rowStep\` bytes apart, times one panel at \`b\`; the sums go to \`c\`, \`sumStep\` bytes apart.
 * Without tables, ends of rows and activations, which a short inner dimension does not repay. Whole tiles are read and
 * written, also where \`count\` ends within one.
 */
function regularSource(tile, vectors) {
  const rows = range(rowsOf(tile, vectors))
  const columns = range(vectors)
  return `function regular${vectors}(${regularParameters}): void {
  const bytes = <usize>length << 2
  let row = a
  let target = c
  for (let p = 0; p < count; p += ${rows.length}) {
    let a0 = row
${lines(rows.slice(1), (i) => `    let a${i} = a${i - 1} + rowStep`)}
    row = a${rows.length - 1} + rowStep
${lines(rows, (i) => lines(columns, (j) => `    let s${i}_${j} = f32x4.splat(0)`))}
    let w = b
    const end = a0 + bytes
    do {
${lines(columns, (j) => `      const b${j} = v128.load(w, ${16 * j})`)}
      w += ${16 * vectors}
${lines(
  rows,
  (i) => `      const v${i} = v128.load32_splat(a${i})
      a${i} += 4
${lines(columns, (j) => `      s${i}_${j} = ${multiplyAdd(tile, `v${i}`, `b${j}`, `s${i}_${j}`)}`)}`,
)}
    } while (a0 != end)
${lines(
  rows,
  (i) => `${lines(columns, (j) => `    v128.store(target, s${i}_${j}, ${16 * j})`)}
    target += sumStep`,
)}
  }
}
`
}

/**
 * What becomes of the sums: what lies there, bias and activation are applied, in this order, and they are stored. Only
 * the last vector of a row can be a part of one, column `part`. Whole rows have a branch of their own without a trace
 * of parts: only then does V8 make one operation on 256 bits of two.
 */
function finishSource(rows, columns, part) {
  const each = (line) => lines(rows, (i) => lines(columns, (j) => `        ${line(i, j)}`))
  const read = (base, j) =>
    j === part ? `loadPart(${base} + ${16 * j}, columns - ${4 * j})` : `v128.load(${base}, ${16 * j})`
  const write = (i, j) =>
    j === part
      ? `storePart(c${i} + ${16 * j}, s${i}_${j}, columns - ${4 * j})`
      : `v128.store(c${i}, s${i}_${j}, ${16 * j})`
  return `      if (mode & ADD) {
${each((i, j) => `s${i}_${j} = f32x4.add(${read(`c${i}`, j)}, s${i}_${j})`)}
      }
      if (mode & BIAS) {
${lines(columns, (j) => `        const bias${j} = ${read('bias', j)}`)}
${each((i, j) => `s${i}_${j} = f32x4.add(s${i}_${j}, bias${j})`)}
      }
      if (mode & CLAMP) {
        const lows = f32x4.splat(low)
        const highs = f32x4.splat(high)
${each((i, j) => `s${i}_${j} = clamped(s${i}_${j}, lows, highs)`)}
      } else if (mode & SLOPE) {
        const slopes = f32x4.splat(low)
${each((i, j) => `s${i}_${j} = sloped(s${i}_${j}, slopes)`)}
      }
${each(write)}`
}

/** What this build makes of a product and a sum, for the kernels whose loops are not written here. */
function fusedSource({ fused }) {
  return `export abstract class Fused {
  /** a × b + c. */
  @inline
  static add(a: v128, b: v128, c: v128): v128 {
    return ${multiplyAdd({ fused }, 'a', 'b', 'c')}
  }

  /** c - a × b. */
  @inline
  static subtract(a: v128, b: v128, c: v128): v128 {
    return ${fused ? 'f32x4.relaxed_nmadd(a, b, c)' : 'f32x4.sub(c, f32x4.mul(a, b))'}
  }
}
`
}

/** A loop of nothing but multiply-adds in registers: what this processor can do at most. */
function ceilingSource(tile) {
  const { rows, columns } = tile
  const sums = range((rows * columns) / 4)
  return `/** Multiply-adds in registers and nothing else. Arguments: where the sums go, a number. Items: ${2 * rows * columns} operations. */
export function ceiling(args: usize, from: i32, to: i32, scratch: usize): void {
  const target = at(args, 0)
  const a = v128.load32_splat(at(args, 1))
${lines(sums, (i) => `  let s${i} = f32x4.splat(0)`)}
  for (let k = from; k < to; k++) {
${lines(sums, (i) => `    s${i} = ${multiplyAdd(tile, 'a', 'a', `s${i}`)}`)}
  }
${lines(sums, (i) => `  v128.store(target, s${i}, ${16 * i})`)}
}
`
}
