import { backend_util, Concat, type ConcatAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { copyBlock } from './copy-block.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** Tensors side by side along an axis, each copied within the heap; strings go to the stock kernel. */
export const concat: WasmKernel = wasmKernel<TensorInfo[], ConcatAttrs>(Concat, ({ inputs, attrs, backend, stock }) => {
  const [first] = inputs
  // One tensor that is not empty is shared, which the stock kernel does.
  const isShared = inputs.filter(({ shape }) => util.sizeFromShape(shape) > 0).length < 2
  if (first === undefined || isShared || inputs.some(({ dtype }) => dtype === 'string' || dtype !== first.dtype)) {
    return stock(inputs as never, attrs)
  }
  const axis = util.parseAxisParam(attrs.axis, first.shape)[0] as number
  const shapes = inputs.map(({ shape }) => shape)
  backend_util.assertParamsConsistent(shapes, axis)
  const out = backend.makeOutput(backend_util.computeOutShape(shapes, axis), first.dtype)
  const zeros = first.shape.map(() => 0)
  let at = 0
  for (const tensor of inputs) {
    const begin = zeros.with(axis, at)
    copyBlock(backend, { tensor: out, begin }, { tensor, begin: zeros }, tensor.shape)
    at += tensor.shape[axis] as number
  }
  return out
})
