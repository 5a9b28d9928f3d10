import { backend_util, util } from '@tensorflow/tfjs-core'

/** How two tensors meet: the shape of the result, its size, and what a job with two inputs reads after the addresses. */
export interface Broadcast {
  readonly shape: number[]
  readonly items: number
  /** As in assembly/binary.ts: length of a row, the steps of a and b along it, axes, and three numbers for each axis. */
  readonly layout: readonly number[]
}

/**
 * Lays out the broadcasting of shapes `a` and `b`. Axes along which both tensors go on in one piece, or both stand
 * still, are one.
 */
export function broadcast(a: number[], b: number[]): Broadcast {
  // What a training step mostly asks for: two of one shape, and a tensor with a number.
  if (util.arraysEqual(a, b)) return oneRow(a, 1, 1)
  if (b.length === 0) return oneRow(a, 1, 0)
  if (a.length === 0) return oneRow(b, 0, 1)
  const shape = backend_util.assertAndGetBroadcastShape(a, b)
  const axes: { size: number; a: number; b: number }[] = []
  let items = 1
  let aStride = 1
  let bStride = 1
  for (let i = 1; i <= shape.length; i++) {
    const size = shape[shape.length - i] as number
    items *= size
    const aSize = a[a.length - i] ?? 1
    const bSize = b[b.length - i] ?? 1
    if (size !== 1) {
      const aStep = aSize === 1 ? 0 : aStride
      const bStep = bSize === 1 ? 0 : bStride
      const inner = axes.at(-1)
      if (inner !== undefined && aStep === inner.a * inner.size && bStep === inner.b * inner.size) inner.size *= size
      else axes.push({ size, a: aStep, b: bStep })
    }
    aStride *= aSize
    bStride *= bSize
  }
  const row = axes[0] ?? { size: 1, a: 1, b: 1 }
  const layout = [row.size, row.a, row.b, Math.max(0, axes.length - 1)]
  for (let i = 1; i < axes.length; i++) {
    const axis = axes[i] as (typeof axes)[number]
    layout.push(axis.size, axis.a, axis.b)
  }
  return { shape, items, layout }
}

function oneRow(shape: number[], aStep: 0 | 1, bStep: 0 | 1): Broadcast {
  const items = util.sizeFromShape(shape)
  return { shape, items, layout: [items, aStep, bStep, 0] }
}
