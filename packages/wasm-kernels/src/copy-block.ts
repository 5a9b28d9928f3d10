import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/** Where a block begins in a tensor. */
export interface Corner {
  readonly tensor: TensorInfo
  readonly begin: readonly number[]
}

/** Bytes that are worth a piece of work of their own. */
const PIECE = 1 << 16

/**
 * Copies a block of `size` numbers along each axis from one tensor into another of the same dtype, within the heap. The
 * axes at the end that are whole in both lie together in memory, so they are copied as one run.
 */
export function copyBlock(backend: WasmHeap, to: Corner, from: Corner, size: readonly number[]): void {
  if (size.includes(0)) return
  const target = strided(backend, to)
  const source = strided(backend, from)
  let axis = size.length - 1
  let bytes = util.bytesPerElement(to.tensor.dtype) * (size[axis] ?? 1)
  while (axis > 0 && size[axis] === to.tensor.shape[axis] && size[axis] === from.tensor.shape[axis]) {
    bytes *= size[--axis] as number
  }
  // As assembly/copies.ts reads them: size and both strides of each axis that the runs have.
  const axes: number[] = []
  let runs = 1
  while (--axis >= 0) {
    axes.push(size[axis] as number, target.strides[axis] as number, source.strides[axis] as number)
    runs *= size[axis] as number
  }
  const engine = engineOf(backend)
  if (engine === undefined || runs === 1) {
    copyOneByOne(backend, to.tensor, { runs, bytes, axes, target: target.start, source: source.start })
  } else {
    const ints = [target.start, source.start, bytes, axes.length / 3, ...axes]
    engine.run('copyRuns', { items: runs, grain: Math.ceil(PIECE / bytes) }, ints)
  }
}

interface Copy {
  readonly runs: number
  readonly bytes: number
  readonly axes: readonly number[]
  readonly target: number
  readonly source: number
}

function copyOneByOne(backend: WasmHeap, tensor: TensorInfo, { runs, bytes, axes, target, source }: Copy): void {
  const heap = new Uint8Array(backend.typedArrayFromHeap(tensor).buffer)
  for (let run = 0; run < runs; run++) {
    let to = target
    let from = source
    for (let k = 0, rest = run; k < axes.length; k += 3) {
      const position = rest % (axes[k] as number)
      to += position * (axes[k + 1] as number)
      from += position * (axes[k + 2] as number)
      rest = (rest - position) / (axes[k] as number)
    }
    heap.copyWithin(to, from, from + bytes)
  }
}

/** The address of a corner, and the bytes from a number to the next along each axis. */
function strided(backend: WasmHeap, { tensor, begin }: Corner): { start: number; strides: readonly number[] } {
  const { shape } = tensor
  const strides = new Array<number>(shape.length)
  let start = backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0
  let stride = util.bytesPerElement(tensor.dtype)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    start += (begin[axis] as number) * stride
    stride *= shape[axis] as number
  }
  return { start, strides }
}
