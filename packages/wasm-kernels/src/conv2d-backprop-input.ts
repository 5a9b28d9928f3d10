import { Conv2DBackpropInput, type Conv2DBackpropInputInputs, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { callKernel } from './call-kernel.ts'
import { type ConvAttrs, convGeometry, sizesOf } from './conv-geometry.ts'
import { convolve } from './convolution.ts'
import { engineOf } from './engine/engine-of.ts'
import { PLAIN_SUMS } from './finish.ts'
import { floats } from './floats.ts'
import { placeOnGrid } from './place-on-grid.ts'
import { transposeMatrix } from './transpose-matrix.ts'
import { type WasmHeap, type WasmKernel, wasmKernel } from './wasm-kernel.ts'
import { withScratch } from './with-scratch.ts'

interface Attrs extends ConvAttrs {
  readonly inputShape: [number, number, number, number]
}

/**
 * Gradient of a 2-D convolution with respect to its input, and so also the forward pass of `conv2dTranspose`.
 *
 *     dx[n, y, x, c] = Σ_u,v,o  dy~[n, y + top - u·d, x + left - v·d, o] · W[u, v, c, o]
 *
 * where `dy~` is `dy` with `s - 1` zeros between its pixels (stride `s`): a convolution with the filter turned by
 * 180° and its channels swapped. The zeros are not multiplied: pixels of dx fall into s × s phases, each with a part of
 * the filter of its own. Without an engine it runs on the stock Conv2D kernel (XNNPACK); the stock Conv2DBackpropInput
 * is a plain loop at 3 to 5 GFLOP/s.
 *
 * `dy` is `[batch, outHeight, outWidth, o]`, `filter` is `[filterHeight, filterWidth, c, o]`; the result has
 * `inputShape`. All strides, paddings and dilations are exact; `dilations` is read when the kernel is called
 * directly. NCHW goes to the stock kernel.
 */
export const conv2DBackpropInput: WasmKernel = wasmKernel<Conv2DBackpropInputInputs, Attrs>(
  Conv2DBackpropInput,
  ({ inputs, attrs, backend, stock }) => {
    if (attrs.dataFormat === 'NCHW') return stock(inputs, attrs)
    const dy = inputs.dy as TensorInfo
    const filter = inputs.filter as TensorInfo
    const g = convGeometry(Conv2DBackpropInput, attrs.inputShape, filter.shape, dy, attrs)
    const engine = engineOf(backend)
    if (engine !== undefined && dy.dtype === 'float32' && filter.dtype === 'float32') {
      const dx = backend.makeOutput(attrs.inputShape, 'float32')
      if (util.sizeFromShape(dx.shape) === 0) return dx
      const places = { x: engine.at(dy), filter: engine.at(filter), y: engine.at(dx) }
      convolve(engine, sizesOf(g, true), places, PLAIN_SUMS)
      return dx
    }
    const { strideHeight, strideWidth, dilationHeight, dilationWidth } = g
    const top = g.effectiveFilterHeight - 1 - g.padInfo.top
    const left = g.effectiveFilterWidth - 1 - g.padInfo.left
    const height = g.inHeight + g.effectiveFilterHeight - 1
    const width = g.inWidth + g.effectiveFilterWidth - 1
    const bottom = height - g.outHeight - top
    const right = width - g.outWidth - left

    return withScratch(backend, (scratch) => {
      // XNNPACK pads on the fly; it neither inserts zeros nor crops.
      const padsOnly = strideHeight * strideWidth === 1 && Math.min(top, left, bottom, right) >= 0
      const x = padsOnly
        ? dy
        : scratch(placeOnGrid(backend, dy, { height, width, strideHeight, strideWidth, top, left }))
      return callKernel(
        backend,
        'Conv2D',
        { x, filter: scratch(turnFilter(backend, filter)) },
        {
          strides: [1, 1],
          dilations: [dilationHeight, dilationWidth],
          pad: padsOnly
            ? [
                [0, 0],
                [top, bottom],
                [left, right],
                [0, 0],
              ]
            : 'valid',
          dataFormat: 'NHWC',
        },
      )
    })
  },
)

/** `[h, w, c, o]` to `[h, w, o, c]`, rows and columns in reverse order. */
function turnFilter(backend: WasmHeap, filter: TensorInfo): TensorInfo {
  const [height = 0, width = 0, c = 0, o = 0] = filter.shape
  const out = backend.makeOutput([height, width, o, c], 'float32')
  const source = floats(backend, filter)
  const target = floats(backend, out)
  const size = c * o
  for (let at = 0; at < source.length; at += size) {
    transposeMatrix(source, at, target, source.length - size - at, c, o)
  }
  return out
}
