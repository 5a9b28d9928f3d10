import {
  FusedConv2D,
  FusedDepthwiseConv2D,
  type NamedTensorInfoMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { vectorBias } from './vector-bias.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'
import { withScratch } from './with-scratch.ts'

type FusedInputs = NamedTensorInfoMap & { readonly filter: TensorInfo; readonly bias?: TensorInfo }

/**
 * Convolution with a bias and an activation in one kernel: the stock one, which here takes a bias that was reshaped to
 * a vector too.
 */
export const fusedConv2d: WasmKernel = withVectorBias(FusedConv2D, ({ filter }) => filter.shape[3] ?? 0)

/** The same for the depthwise convolution, which has as many filters for each channel as its multiplier says. */
export const fusedDepthwiseConv2d: WasmKernel = withVectorBias(FusedDepthwiseConv2D, ({ filter }) =>
  util.sizeFromShape(filter.shape.slice(2)),
)

function withVectorBias(kernelName: string, filters: (inputs: FusedInputs) => number): WasmKernel {
  return wasmKernel<FusedInputs>(kernelName, ({ inputs, attrs, backend, stock }) => {
    const { bias } = inputs
    if (bias === undefined) return stock(inputs, attrs)
    return withScratch(backend, (scratch) =>
      stock({ ...inputs, bias: vectorBias(backend, bias, filters(inputs), scratch) }, attrs),
    )
  })
}
