import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { WasmHeap } from './wasm-kernel.ts'

/**
 * A new tensor with the numbers of `x` from `begin` on, `size` of them along each axis. The axes at the end that are
 * taken whole lie together in memory, so they are copied as one run.
 */
export function copyPart(
  backend: WasmHeap,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): TensorInfo {
  const out = backend.makeOutput([...size], x.dtype)
  if (util.sizeFromShape([...size]) === 0) return out
  // Fetched after the allocation, which may have moved the heap.
  const source = backend.typedArrayFromHeap(x)
  const target = backend.typedArrayFromHeap(out)
  const strides = x.shape.map((_, axis) => util.sizeFromShape(x.shape.slice(axis + 1)))
  let last = x.shape.length - 1
  while (last > 0 && size[last] === x.shape[last]) last--
  const run = util.sizeFromShape(size.slice(Math.max(last, 0)))
  const first = begin.reduce((sum, start, axis) => sum + start * (strides[axis] as number), 0)
  const position = new Array<number>(Math.max(last, 0)).fill(0)
  let from = first
  for (let to = 0; to < target.length; to += run) {
    target.set(source.subarray(from, from + run), to)
    from += advance(position, size, strides)
  }
  return out
}

/** Steps to the next run, the last axis first, and gives the distance in memory. */
function advance(position: number[], size: readonly number[], strides: readonly number[]): number {
  let distance = 0
  for (let axis = position.length - 1; axis >= 0; axis--) {
    const at = (position[axis] as number) + 1
    distance += strides[axis] as number
    if (at < (size[axis] as number)) {
      position[axis] = at
      return distance
    }
    distance -= at * (strides[axis] as number)
    position[axis] = 0
  }
  return distance
}
