import { Conv2DBackpropFilter, type Conv2DBackpropFilterInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { callKernel } from './call-kernel.ts'
import { type ConvAttrs, convGeometry, sizesOf } from './conv-geometry.ts'
import { engineOf } from './engine/engine-of.ts'
import { filterGradient } from './filter-gradient.ts'
import { makeZeros } from './make-zeros.ts'
import { placeOnGrid } from './place-on-grid.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'
import { WasmKernelError } from './wasm-kernel-error.ts'
import { withScratch } from './with-scratch.ts'
import { withShape } from './with-shape.ts'

interface Attrs extends ConvAttrs {
  readonly filterShape: [number, number, number, number]
}

/**
 * Gradient of a 2-D convolution with respect to its filter; stock WASM has no such kernel (tfjs#8474).
 *
 *     dW[u, v, c, o] = Σ_n,i,j  x[n, i·s + u·d - top, j·s + v·d - left, c] · dy[n, i, j, o]
 *
 * A matrix product whose inner dimension is the pixels, summed in register tiles: for few output channels in blocks
 * of images, whose number depends on the shape alone and whose sums are added in their order; for many, tap by tap.
 *
 * Without an engine the sum over `i, j` is a convolution in which `dy` is the filter and stride `s` and dilation `d`
 * change places, on the stock Conv2D kernel (XNNPACK).
 *
 * `x` is `[batch, height, width, c]`, `dy` is `[batch, outHeight, outWidth, o]`; the result has `filterShape`
 * `[filterHeight, filterWidth, c, o]`. All strides, paddings and dilations are exact; `dilations` is read when the
 * kernel is called directly (the gradient that tfjs registers for Conv2D refuses them).
 *
 * @throws WasmKernelError `UNSUPPORTED` for NCHW, which no convolution of the WASM backend takes.
 */
export const conv2DBackpropFilter: WasmKernel = wasmKernel<Conv2DBackpropFilterInputs, Attrs>(
  Conv2DBackpropFilter,
  ({ inputs, attrs, backend }) => {
    const x = inputs.x as TensorInfo
    const dy = inputs.dy as TensorInfo
    if (attrs.dataFormat === 'NCHW') {
      throw new WasmKernelError(
        'UNSUPPORTED',
        'Conv2DBackpropFilter: `dataFormat` must be NHWC on WASM, got NCHW. Transpose the images to NHWC.',
      )
    }
    const g = convGeometry(Conv2DBackpropFilter, x.shape, attrs.filterShape, dy, attrs)
    const { filterHeight, filterWidth, inChannels, outChannels, padInfo, dilationHeight, dilationWidth } = g
    const engine = engineOf(backend)
    if (engine !== undefined && x.dtype === 'float32' && dy.dtype === 'float32') {
      if (util.sizeFromShape(dy.shape) * util.sizeFromShape(x.shape) === 0) return makeZeros(backend, attrs.filterShape)
      const dw = backend.makeOutput(attrs.filterShape, 'float32')
      const places = { x: engine.at(x), dy: engine.at(dy), dw: engine.at(dw) }
      filterGradient(engine, sizesOf(g, false), places)
      return dw
    }
    // The rows and columns of x that the filter touches: an image of just this size gives a result of filterShape.
    const height = (filterHeight - 1) * dilationHeight + (g.outHeight - 1) * g.strideHeight + 1
    const width = (filterWidth - 1) * dilationWidth + (g.outWidth - 1) * g.strideWidth + 1
    const bottom = height - g.inHeight - padInfo.top
    const right = width - g.inWidth - padInfo.left

    return withScratch(backend, (scratch) => {
      if (
        height === g.inHeight &&
        width === g.inWidth &&
        filterHeight * filterWidth * g.strideHeight * g.strideWidth === 1
      ) {
        const pixels = g.batchSize * height * width
        const product = callKernel(
          backend,
          'BatchMatMul',
          { a: withShape(x, [pixels, inChannels]), b: withShape(dy, [pixels, outChannels]) },
          { transposeA: true, transposeB: false },
        )
        return withShape(product, attrs.filterShape)
      }
      const crops = Math.min(padInfo.top, padInfo.left, bottom, right) < 0
      const image = crops
        ? scratch(
            placeOnGrid(backend, x, {
              height,
              width,
              strideHeight: 1,
              strideWidth: 1,
              top: padInfo.top,
              left: padInfo.left,
            }),
          )
        : x
      const pad = crops
        ? 'valid'
        : [
            [0, 0],
            [padInfo.top, bottom],
            [padInfo.left, right],
            [0, 0],
          ]
      const transposed = callKernel(
        backend,
        'Conv2D',
        {
          x: scratch(callKernel(backend, 'Transpose', { x: image }, { perm: [3, 1, 2, 0] })),
          filter: scratch(callKernel(backend, 'Transpose', { x: dy }, { perm: [1, 2, 0, 3] })),
        },
        {
          strides: [dilationHeight, dilationWidth],
          dilations: [g.strideHeight, g.strideWidth],
          pad,
          dataFormat: 'NHWC',
        },
      )
      return callKernel(backend, 'Transpose', { x: scratch(transposed) }, { perm: [1, 2, 0, 3] })
    })
  },
)
