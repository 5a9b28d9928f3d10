import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Engine } from './engine/engine.ts'
import { filterGradient } from './filter-gradient.ts'
import type { Finish } from './finish.ts'
import { type MatMulArgs, type MatMulSizes, sourceOf } from './multiply-stacks.ts'

/** A block of rows of a is read once for each panel of b: with 2^16 numbers it stays in the L2 cache. */
const BLOCK = 2 ** 16
/** A multiple of the rows of every tile. */
const ROWS = 24
/** Below this many operations a piece of work costs more to hand over than to do. */
const PIECE = 2 ** 18

/** Writes `op(a) · op(b)` to `out` on an engine. The result is not empty. */
export function multiply(engine: Engine, args: MatMulArgs, sizes: MatMulSizes, out: TensorInfo, finish: Finish): void {
  const { m, k, n } = sizes
  const single = k > 0 && finish.mode === 0 && util.sizeFromShape(sizes.outer as number[]) === 1
  if (single && (m === 1 || n === 1)) multiplyVector(engine, args, sizes, out)
  else if (single && args.transposeA && !args.transposeB) multiplyTransposed(engine, args, sizes, out)
  else multiplyStack(engine, args, sizes, out, finish)
}

/** A vector is read as it lies, and so is the matrix: there is nothing that would repay packing. */
function multiplyVector(engine: Engine, args: MatMulArgs, { m, k, n }: MatMulSizes, out: TensorInfo): void {
  const [matrix, vector] = n === 1 ? [args.a, args.b] : [args.b, args.a]
  const rows = n === 1 ? m : n
  const places = [engine.at(matrix), engine.at(vector), engine.at(out), k, rows]
  const alongRows = n === 1 ? !args.transposeA : args.transposeB
  if (alongRows) engine.run('multiplyRows', { items: rows, grain: Math.ceil(PIECE / (2 * k)) }, places)
  else engine.run('multiplyColumns', { items: rows, grain: 16 * Math.ceil(PIECE / (32 * k)) }, places)
}

/** aᵀ · b: the gradient of a 1 × 1 filter over k images of one pixel. */
function multiplyTransposed(engine: Engine, args: MatMulArgs, { m, k, n }: MatMulSizes, out: TensorInfo): void {
  const sizes = {
    images: 1,
    sourceHeight: k,
    sourceWidth: 1,
    sourceChannels: m,
    targetHeight: k,
    targetWidth: 1,
    targetChannels: n,
    filterHeight: 1,
    filterWidth: 1,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    top: 0,
    left: 0,
    turned: false,
  }
  filterGradient(engine, sizes, { x: engine.at(args.a), dy: engine.at(args.b), dw: engine.at(out) })
}

function multiplyStack(engine: Engine, args: MatMulArgs, sizes: MatMulSizes, out: TensorInfo, finish: Finish): void {
  const { transposeA, transposeB } = args
  const { k, n, outer } = sizes
  const matrices = util.sizeFromShape(args.b.shape.slice(0, -2))
  let matricesOfA = util.sizeFromShape(args.a.shape.slice(0, -2))
  let { m } = sizes
  let products = util.sizeFromShape(outer as number[])
  if (matrices === 1 && !transposeA) {
    // One matrix b for all: the rows of all a's are the rows of one product.
    m *= matricesOfA
    matricesOfA = 1
    products = 1
  }
  const panels = Math.ceil(n / engine.tile.columns)
  const fitting = ROWS * Math.ceil(BLOCK / k / ROWS)
  const wanted = engine.threads === 1 ? m : ROWS * Math.ceil((m * products) / (4 * engine.threads) / ROWS)
  const block = Math.min(m, 8 * ROWS, fitting, wanted)
  const units = products * Math.ceil(m / block)
  const groups = units >= 4 * engine.threads || engine.threads === 1 ? 1 : Math.min(panels, 4)
  engine.borrow((take) => {
    const paired = products > 1 && [matricesOfA, matrices].some((count) => count !== 1 && count !== products)
    const pairs = paired ? take(8 * products) : 0
    const packed = take(16 * matrices * k * Math.ceil(n / 4))
    engine.run('packMatrices', { items: matrices * panels, grain: Math.ceil(2 ** 14 / (k * engine.tile.columns)) }, [
      packed,
      engine.at(args.b),
      k,
      n,
      transposeB ? 1 : 0,
    ])
    if (paired) {
      // After the last allocation: memory that grows leaves a view behind.
      const table = new Int32Array(engine.heap.memory.buffer, pairs, 2 * products)
      for (let i = 0; i < products; i++) {
        table[2 * i] = sourceOf(i, outer, args.a.shape)
        table[2 * i + 1] = sourceOf(i, outer, args.b.shape)
      }
    }
    const scratch = 16 + 8 * block + (transposeA ? 4 * block * k : 0)
    const items = units * groups
    engine.run(
      'multiplyMatrices',
      { items, grain: Math.ceil((PIECE * items) / (2 * products * m * k * n)), scratch },
      [
        engine.at(args.a),
        packed,
        engine.at(out),
        finish.bias,
        m,
        k,
        n,
        transposeA ? 1 : 0,
        matricesOfA,
        matrices,
        pairs,
        block,
        groups,
        finish.mode,
      ],
      [finish.low, finish.high],
    )
  })
}
