import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type KernelConfig,
  type KernelFunc,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { filterGradientProgram, splitFor } from './filter-gradient-program.ts'
import { sumOfPartsProgram } from './sum-of-parts-program.ts'

/**
 * `Conv2DBackpropFilter` for tfjs' backend `webgpu`, whose own has one thread for each number of the filter, which
 * reads both maps for it from the GPU's memory: a card is idle then, and a step waits for it.
 *
 * Any strides and paddings. A product of matrices by tiles (see {@link filterGradientProgram}), and for small filters a
 * second pass (see {@link sumOfPartsProgram}). The same numbers come out each time. A NaN or an infinity in `dy` whose
 * window reaches into the padding makes a NaN there too, since the padding is multiplied as 0, as in PyTorch on a CPU.
 *
 * @param stock - tfjs' own, which keeps `NCHW`.
 */
export function webgpuFilterGradient(stock: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = (args) => {
    const { x, dy } = args.inputs as { readonly x: TensorInfo; readonly dy: TensorInfo }
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } =
      args.attrs as unknown as Conv2DBackpropFilterAttrs
    if (dataFormat === 'NCHW') return stock.kernelFunc(args)
    const backend = args.backend as WebGPUBackend
    const shape = x.shape as [number, number, number, number]
    const geometry = backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode)
    const { batchSize, inChannels, outChannels, filterHeight, filterWidth, padInfo } = geometry
    const product = {
      rows: filterHeight * filterWidth * inChannels,
      columns: outChannels,
      inner: batchSize * geometry.outHeight * geometry.outWidth,
      wideRows: inChannels % 4 === 0,
      wideColumns: outChannels % 4 === 0,
    }
    const length = product.rows * product.columns
    const { parts, slices } = splitFor(product)
    const uniforms = [
      int32(geometry.strideHeight, geometry.strideWidth),
      int32(padInfo.top, padInfo.left),
      int32(filterWidth),
      int32(product.rows),
      int32(product.inner),
      int32(slices),
    ]
    const program = filterGradientProgram(product, parts === 1 ? filterShape : [parts, length], parts)
    const inParts = backend.runWebGPUProgram(program, [x, dy], 'float32', uniforms)
    if (parts === 1) return inParts
    const sum = sumOfPartsProgram(filterShape)
    const result = backend.runWebGPUProgram(sum, [inParts], 'float32', [int32(parts), int32(length)])
    backend.disposeData(inParts.dataId)
    return result
  }
  return { ...stock, kernelFunc }
}

function int32(...data: number[]): { type: string; data: number[] } {
  return { type: 'int32', data }
}
