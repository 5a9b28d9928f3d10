import { add, conv2d, type Tensor1D, type Tensor4D, zeros } from '@tensorflow/tfjs-core'
import type { Initializer } from './initializer.ts'
import { checkedParams, type Layer } from './layer.ts'
import { createRandom } from './random.ts'

/** Parameters of a convolution: kernel `[height, width, inputs, filters]`, bias `[filters]`. */
export type Conv2dParams = { readonly kernel: Tensor4D; readonly bias: Tensor1D }

/** A convolution `Y = X ⋆ W + b` with stride 1; `pad` is tfjs' word for the padding. */
export function convolution(
  name: string,
  {
    size,
    inputs,
    filters,
    pad,
    initializer,
  }: {
    readonly size: number
    readonly inputs: number
    readonly filters: number
    readonly pad: 'same' | 'valid'
    readonly initializer: Initializer
  },
): Layer<Conv2dParams, Tensor4D> {
  const shapes = { kernel: [size, size, inputs, filters], bias: [filters] } as const
  return {
    init: (seed) => ({
      kernel: initializer(shapes.kernel, createRandom(seed, `${name}/kernel`)) as Tensor4D,
      bias: zeros<Tensor1D['rankType']>([filters]),
    }),
    apply: (params, x) => {
      const { kernel, bias } = checkedParams(name, params, shapes)
      return add(conv2d(x, kernel, 1, pad), bias)
    },
  }
}
