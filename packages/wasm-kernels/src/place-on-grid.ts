import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floats } from './floats.ts'
import { makeZeros } from './make-zeros.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/** Where pixel `[i, j]` lands on the canvas: at `[i * strideHeight + top, j * strideWidth + left]`. */
export interface Grid {
  readonly height: number
  readonly width: number
  readonly strideHeight: number
  readonly strideWidth: number
  readonly top: number
  readonly left: number
}

/**
 * Places the pixels of `[batch, h, w, channels]` on a grid over a zero canvas `[batch, height, width, channels]`.
 * With strides it inserts zeros, with a positive offset it pads, with a negative one it crops: what falls outside
 * the canvas is dropped.
 */
export function placeOnGrid(backend: WasmHeap, image: TensorInfo, grid: Grid): TensorInfo {
  const [batch = 0, h = 0, w = 0, channels = 0] = image.shape
  const { height, width, strideHeight, strideWidth, top, left } = grid
  const out = makeZeros(backend, [batch, height, width, channels])
  const source = floats(backend, image)
  const target = floats(backend, out)
  const [rowStart, rowEnd] = visible(h, strideHeight, top, height)
  const [columnStart, columnEnd] = visible(w, strideWidth, left, width)
  for (let b = 0; b < batch; b++) {
    for (let i = rowStart; i < rowEnd; i++) {
      let read = ((b * h + i) * w + columnStart) * channels
      let write = ((b * height + i * strideHeight + top) * width + columnStart * strideWidth + left) * channels
      for (let j = columnStart; j < columnEnd; j++) {
        for (let c = 0; c < channels; c++) target[write + c] = source[read + c] as number
        read += channels
        write += strideWidth * channels
      }
    }
  }
  return out
}

/** The range of `i` in `[0, count)` for which `i * stride + offset` lies in `[0, size)`. */
function visible(count: number, stride: number, offset: number, size: number): readonly [start: number, end: number] {
  return [Math.max(0, Math.ceil(-offset / stride)), Math.min(count, Math.ceil((size - offset) / stride))]
}
