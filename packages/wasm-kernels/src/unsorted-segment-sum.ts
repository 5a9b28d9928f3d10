import {
  type TensorInfo,
  UnsortedSegmentSum,
  type UnsortedSegmentSumAttrs,
  type UnsortedSegmentSumInputs,
  util,
} from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { GRAIN } from './unary.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'
import { WasmKernelError } from './wasm-kernel-error.ts'

/**
 * Adds up the slices of `x` that carry the same id: the gradient of `gather` and of embeddings; stock WASM has no
 * such kernel (tfjs#8474).
 *
 *     out[k] = Σ_{i : segmentIds[i] = k}  x[i]
 *
 * The shape of `segmentIds` is how that of `x` begins; the result is `[numSegments, ...rest of x]`, of x's dtype. A
 * segment without an id is zero; an id below 0 or from `numSegments` up is left out. Slices are added in their order, on
 * any number of threads.
 *
 * @throws WasmKernelError `SHAPE_MISMATCH` when `segmentIds` does not match the front of `x`.
 */
export const unsortedSegmentSum: WasmKernel = wasmKernel<UnsortedSegmentSumInputs, UnsortedSegmentSumAttrs>(
  UnsortedSegmentSum,
  ({ inputs, attrs: { numSegments }, backend }) => {
    const x = inputs.x as TensorInfo
    const segmentIds = inputs.segmentIds as TensorInfo
    const rank = segmentIds.shape.length
    if (!util.arraysEqual(x.shape.slice(0, rank), segmentIds.shape)) {
      throw new WasmKernelError(
        'SHAPE_MISMATCH',
        `UnsortedSegmentSum: the shape of \`segmentIds\` must begin that of \`x\` [${x.shape.join(', ')}], ` +
          `got [${segmentIds.shape.join(', ')}]. Give one id for each slice of \`x\`.`,
      )
    }
    const inner = x.shape.slice(rank)
    const size = util.sizeFromShape(inner)
    const out = backend.makeOutput([numSegments, ...inner], x.dtype)
    const count = util.sizeFromShape(segmentIds.shape)
    const engine = x.dtype === 'float32' && segmentIds.dtype === 'int32' ? engineOf(backend) : undefined
    if (engine !== undefined && count * size * numSegments > 0) {
      // Every piece looks at all ids.
      const grain = Math.ceil(numSegments / Math.ceil((count * size) / GRAIN))
      const ints = [engine.at(out), engine.at(x), engine.at(segmentIds), count, size]
      engine.run('sumSegments', { items: numSegments, grain }, ints)
      return out
    }
    const ids = backend.typedArrayFromHeap(segmentIds)
    const values = backend.typedArrayFromHeap(x)
    const sums = backend.typedArrayFromHeap(out)
    sums.fill(0)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number
      if (id < 0 || id >= numSegments) continue
      for (let k = 0; k < size; k++) {
        sums[id * size + k] = (sums[id * size + k] as number) + (values[i * size + k] as number)
      }
    }
    return out
  },
)
