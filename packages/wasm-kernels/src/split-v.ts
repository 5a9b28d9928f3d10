import { backend_util, SplitV, type SplitVAttrs, type SplitVInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { copyPart } from './copy-part.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** A tensor cut along an axis, each part copied within the heap; the stock kernel copies all of it out for each part. */
export const splitV: WasmKernel = wasmKernel<SplitVInputs, SplitVAttrs>(SplitV, ({ inputs, attrs, backend, stock }) => {
  const x = inputs.x as TensorInfo
  if (x.dtype === 'string') return stock(inputs, attrs)
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0] as number
  const begin = x.shape.map(() => 0)
  return backend_util.prepareSplitSize(x, attrs.numOrSizeSplits, axis).map((length) => {
    const size = x.shape.map((n, i) => (i === axis ? length : n))
    const part = copyPart(backend, x, begin, size)
    begin[axis] = (begin[axis] as number) + length
    return part
  })
})
