import { add, matMul, type Tensor1D, type Tensor2D, zeros } from '@tensorflow/tfjs-core'
import type { Initializer } from './initializer.ts'
import { checkedParams, type Layer } from './layer.ts'
import { createRandom } from './random.ts'

/** Parameters of a dense layer: kernel `[inputs, units]`, bias `[units]`. */
export type DenseParams = { readonly kernel: Tensor2D; readonly bias: Tensor1D }

/** A dense layer `Y = X·W + b`. `name` is its path in the parameters, from which its random numbers follow. */
export function dense(
  name: string,
  {
    inputs,
    units,
    initializer,
  }: { readonly inputs: number; readonly units: number; readonly initializer: Initializer },
): Layer<DenseParams, Tensor2D> {
  const shapes = { kernel: [inputs, units], bias: [units] } as const
  return {
    init: (seed) => ({
      kernel: initializer(shapes.kernel, createRandom(seed, `${name}/kernel`)) as Tensor2D,
      bias: zeros<Tensor1D['rankType']>([units]),
    }),
    apply: (params, x) => {
      const { kernel, bias } = checkedParams(name, params, shapes)
      return add(matMul(x, kernel), bias)
    },
  }
}
