import { matMul, reshape, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core'
import { withBias } from './add-bias.ts'
import { zeroBias } from './convolution.ts'
import type { Initializer } from './initializer.ts'
import type { Layer } from './layer.ts'

/** Parameters of a dense layer: kernel `[inputs, units]`, bias `[units]`. */
export type DenseParams = { readonly kernel: Tensor2D; readonly bias: Tensor1D }

/** A dense layer `Y = X·W + b`. Maps are flattened in the order height, width, channel. */
export function dense({
  units,
  bias,
  initializer,
}: {
  readonly units: number
  readonly bias: boolean
  readonly initializer: Initializer
}): Layer {
  return {
    kind: 'dense',
    site: 'output',
    describe: (input) => {
      const inputs = input.reduce((product, size) => product * size, 1)
      const kernel = { shape: [inputs, units], initializer, torchName: 'weight', maps: input } as const
      return {
        output: [units],
        params: bias ? { kernel, bias: { shape: [units], initializer: zeroBias, torchName: 'bias' } } : { kernel },
        flops: inputs * units,
      }
    },
    apply: (x, { param }) => {
      const rows: Tensor2D = x.rank === 2 ? (x as Tensor2D) : reshape(x, [x.shape[0] ?? 0, -1])
      const kernel = param<Tensor2D>('kernel')
      const multiplied = (): Tensor2D => matMul(rows, kernel)
      return bias ? withBias(multiplied, param('bias')) : multiplied()
    },
  }
}
