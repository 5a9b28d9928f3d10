// Writes the AssemblyScript of the kernels whose speed is the processor's: sums of products held in registers.
//
// A tile of `rows` × `columns` sums must fit into the vector registers that V8 gives out, and AssemblyScript has no
// arrays of locals, so each sum is a local of its own, written here.

/** Every register tile that is built. `fused`: relaxed SIMD, whose multiply-add rounds once. */
export const TILES = [
  { name: 'simd-4x8', rows: 4, columns: 8, fused: false },
  { name: 'relaxed-4x8', rows: 4, columns: 8, fused: true },
  { name: 'relaxed-6x8', rows: 6, columns: 8, fused: true },
  { name: 'relaxed-6x16', rows: 6, columns: 16, fused: true },
]

const range = (n) => Array.from({ length: n }, (_, i) => i)

/** The source of one build. */
export function tileSource({ rows, columns, fused }) {
  const multiplyAdd = (a, b, sum) =>
    fused ? `f32x4.relaxed_madd(${a}, ${b}, ${sum})` : `f32x4.add(${sum}, f32x4.mul(${a}, ${b}))`
  const vectors = range(columns / 4)
  return `
import { at, float, int } from './job'

/** How many rows and columns the tile has: what packs its panels has to know. */
export const TILE_ROWS: i32 = ${rows}
export const TILE_COLUMNS: i32 = ${columns}

/** A loop of nothing but multiply-adds in registers: what this processor can do at most. Items: ${2 * rows * columns} operations. */
export function ceiling(args: usize, from: i32, to: i32, scratch: usize): void {
  const a = v128.load(at(args, 1))
${range(rows)
  .flatMap((i) => vectors.map((j) => `  let s${i}_${j} = f32x4.splat(0)`))
  .join('\n')}
  for (let k = from; k < to; k++) {
${range(rows)
  .flatMap((i) => vectors.map((j) => `    s${i}_${j} = ${multiplyAdd('a', 'a', `s${i}_${j}`)}`))
  .join('\n')}
  }
${range(rows)
  .flatMap((i) => vectors.map((j) => `  v128.store(at(args, 0), s${i}_${j}, ${16 * (i * vectors.length + j)})`))
  .join('\n')}
}
`
}
