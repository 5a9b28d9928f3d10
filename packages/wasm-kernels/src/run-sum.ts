import type { Engine } from './engine/engine.ts'

/** Numbers that are worth a block, or a piece of work, of their own. */
const BLOCK = 16_384
/** Results from which on there is enough to do in parallel without cutting the sums themselves. */
const MANY = 1024
/** A wide tensor is summed in chunks of so many columns. */
const COLUMNS = 256

/**
 * Sums float32 in float64: `[kept, summed, kept]`, or twice so: `[kept, summed, kept, summed, kept]`. Each sum is divided
 * by `divisor`.
 *
 * @returns Whether it could: with more groups of summed axes it does nothing.
 */
export function runSum(engine: Engine, y: number, x: number, groups: readonly number[], divisor: number): boolean {
  const [outer = 1, summed = 1, between = 1, last, inner = 1] = groups
  if (groups.length > 5) return false
  if (last === undefined) {
    sumOnce(engine, y, x, [outer, summed, between], divisor)
  } else {
    engine.borrow((take) => {
      const partial = take(8 * outer * summed * between * inner)
      sumOnce(engine, partial, x, [outer * summed * between, last, inner], 0)
      add(engine, y, partial, [outer, summed, between * inner], divisor)
    })
  }
  return true
}

type Sizes = readonly [outer: number, count: number, inner: number]

/** One group of axes. Into how many blocks it is cut depends on the shape alone, and so the rounding does. */
function sumOnce(engine: Engine, y: number, x: number, [outer, count, inner]: Sizes, divisor: number): void {
  const rows = rowsInLine(count, inner)
  const blocks = outer * inner >= MANY ? 1 : Math.min(64, Math.ceil((count * inner) / BLOCK), count / rows)
  if (blocks * rows === 1) {
    sumBlocks(engine, y, x, [outer, count, inner], 1, divisor)
    return
  }
  engine.borrow((take) => {
    const partial = take(8 * outer * blocks * rows * inner)
    sumBlocks(engine, partial, x, [outer, count / rows, rows * inner], blocks, 0)
    add(engine, y, partial, [outer, blocks * rows, inner], divisor)
  })
}

/** A few columns fill no vector: so many rows are taken for one, and what its parts give is added with the blocks. */
function rowsInLine(count: number, inner: number): number {
  if (inner === 1 || inner >= 16 || inner % 4 === 0 || count * inner < BLOCK / 4) return 1
  return count % 8 === 0 ? 8 : count % 4 === 0 ? 4 : count % 2 === 0 ? 2 : 1
}

function sumBlocks(engine: Engine, y: number, x: number, sizes: Sizes, blocks: number, divisor: number): void {
  const [outer, count, inner] = sizes
  const rows = Math.ceil(count / blocks)
  const chunks = Math.ceil(inner / COLUMNS)
  const items = outer * blocks * chunks
  const grain = Math.max(1, Math.floor(BLOCK / (rows * Math.min(inner, COLUMNS))))
  const job = inner === 1 ? 'sumRuns' : 'sumRows'
  engine.run(job, { items, grain }, [y, x, count, inner, rows, blocks, COLUMNS, chunks, divisor])
}

function add(engine: Engine, y: number, partial: number, [outer, count, inner]: Sizes, divisor: number): void {
  const grain = Math.max(1, Math.floor(BLOCK / count))
  engine.run('addBlocks', { items: outer * inner, grain }, [y, partial, count, inner, 0, 0, 0, 0, divisor])
}
