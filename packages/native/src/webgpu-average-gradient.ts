import {
  type AvgPoolGradAttrs,
  backend_util,
  type KernelConfig,
  type KernelFunc,
  mul,
  type Tensor,
  tensor4d,
} from '@tensorflow/tfjs-core'

/**
 * `AvgPoolGrad` for tfjs' backend `webgpu`, whose own divides by the whole window at the border too, where the forward
 * pass has divided by what lies within the map.
 *
 * @param stock - tfjs' own, which gets a gradient that is larger by as much as its divisor is.
 */
export function webgpuAverageGradient(stock: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = (args) => {
    const { dy, input } = args.inputs as { readonly dy: Tensor; readonly input: Tensor }
    const { filterSize, strides, pad } = args.attrs as unknown as AvgPoolGradAttrs
    const shape = input.shape as [number, number, number, number]
    const geometry = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad)
    const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, padInfo } = geometry
    const down = excess(outHeight, strideHeight, padInfo.top, filterHeight, geometry.inHeight)
    const across = excess(outWidth, strideWidth, padInfo.left, filterWidth, geometry.inWidth)
    if ([...down, ...across].every((factor) => factor === 1)) return stock.kernelFunc(args)
    const factors = tensor4d(
      down.flatMap((one) => across.map((other) => one * other)),
      [1, outHeight, outWidth, 1],
    )
    const larger = mul(dy, factors)
    const result = stock.kernelFunc({ ...args, inputs: { dy: larger, input } })
    factors.dispose()
    larger.dispose()
    return result
  }
  return { ...stock, kernelFunc }
}

/** For each window along an axis, its size over what of it lies within the map. */
function excess(windows: number, stride: number, pad: number, size: number, length: number): readonly number[] {
  return Array.from({ length: windows }, (_, i) => {
    const begin = i * stride - pad
    return size / (Math.min(begin + size, length) - Math.max(begin, 0))
  })
}
