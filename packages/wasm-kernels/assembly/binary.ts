import { at, float, int, real } from './job'

/** A function of two numbers, applied to four pairs at a time. `p` is the job's first fraction, in all four lanes. */
export abstract class Binary {
  abstract of(a: v128, b: v128, p: v128): v128
}

/** What is done along a row: `count` results from the numbers at `atA` and `atB`, each taken in order or once for all. */
export abstract class Row {
  /** Bytes of a result. */
  abstract size(): usize
  abstract run(toY: usize, atA: usize, atB: usize, p: v128, count: i32, aStep: i32, bStep: i32): void
}

// The description of a job with two inputs: y, a, b, then how long a row is, whether a and b advance along it (1 or 0),
// how many axes the rows have, and for each, the innermost first: its size and the steps of a and b along it.
const ROW: i32 = 3
const A_STEP: i32 = 4
const B_STEP: i32 = 5
const AXES: i32 = 6
const FIRST_AXIS: i32 = 7

/**
 * y = op(a, b) with broadcasting. Items: numbers of y. `y` may be an input of its own shape.
 *
 * A tensor that is repeated along an axis has a step of 0 there. Axes along which all three lie in one piece count as one,
 * so two tensors of one shape are a single row, a tensor with a bias is rows of channels, and what is left is rare.
 */
export function mapBinary<R extends Row>(args: usize, from: i32, to: i32): void {
  const row = changetype<R>(0)
  const length = int(args, ROW)
  const aStep = int(args, A_STEP)
  const bStep = int(args, B_STEP)
  const p = f32x4.splat(real(args, 0))
  let index = from / length
  let column = from - index * length
  let y = at(args, 0) + <usize>from * row.size()
  for (let i = from; i < to; index++, column = 0) {
    const count = min(length - column, to - i)
    let a = aStep * column
    let b = bStep * column
    let rest = index
    const axes = int(args, AXES)
    for (let axis = 0, k = FIRST_AXIS; axis < axes; axis++, k += 3) {
      const next = axis + 1 < axes ? rest / int(args, k) : 0
      const position = rest - next * int(args, k)
      a += position * int(args, k + 1)
      b += position * int(args, k + 2)
      rest = next
    }
    row.run(y, float(at(args, 1), a), float(at(args, 2), b), p, count, aStep, bStep)
    y += <usize>count * row.size()
    i += count
  }
}

/** A row of float32 results. */
export class Floats<Op extends Binary> extends Row {
  @inline
  size(): usize {
    return 4
  }

  run(toY: usize, atA: usize, atB: usize, p: v128, count: i32, aStep: i32, bStep: i32): void {
    const op = changetype<Op>(0)
    let y = toY
    let a = atA
    let b = atB
    const end = float(y, count)
    const last = float(y, count & ~3)
    if (aStep === 0) {
      const first = v128.load32_splat(a)
      for (; y < last; y += 16, b += 16) v128.store(y, op.of(first, v128.load(b), p))
      for (; y < end; y += 4, b += 4) v128.store_lane<f32>(y, op.of(first, v128.load32_zero(b), p), 0)
    } else if (bStep === 0) {
      const second = v128.load32_splat(b)
      for (; y < last; y += 16, a += 16) v128.store(y, op.of(v128.load(a), second, p))
      for (; y < end; y += 4, a += 4) v128.store_lane<f32>(y, op.of(v128.load32_zero(a), second, p), 0)
    } else {
      for (; y < last; y += 16, a += 16, b += 16) v128.store(y, op.of(v128.load(a), v128.load(b), p))
      for (; y < end; y += 4, a += 4, b += 4) {
        v128.store_lane<f32>(y, op.of(v128.load32_zero(a), v128.load32_zero(b), p), 0)
      }
    }
  }
}
