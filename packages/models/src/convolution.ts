import { conv2d, type Tensor1D, type Tensor4D, zeros } from '@tensorflow/tfjs-core'
import { withBias } from './add-bias.ts'
import type { Initializer } from './initializer.ts'
import type { FeatureShape, Layer } from './layer.ts'

/** Parameters of a convolution: kernel `[height, width, inputs, filters]`, bias `[filters]`. */
export type Conv2dParams = { readonly kernel: Tensor4D; readonly bias: Tensor1D }

/** Starts a bias. */
export const zeroBias: Initializer = (shape) => zeros([...shape])

/**
 * A convolution `Y = X ⋆ W + b`. `pad` zeros go on each side, as in PyTorch: tfjs' own 'same' pads one side less than
 * the other where the stride is 2.
 */
export function convolution({
  size,
  filters,
  stride = 1,
  pad,
  bias,
  initializer,
}: {
  readonly size: number
  readonly filters: number
  readonly stride?: number
  readonly pad: number
  readonly bias: boolean
  readonly initializer: Initializer
}): Layer {
  return {
    kind: `conv ${size}×${size}${stride > 1 ? ` /${stride}` : ''}`,
    site: 'output',
    describe: (input) => {
      const [inputs = 0] = input.slice(-1)
      const [height, width] = slidSize(input, { size, stride, pad })
      const kernel = { shape: [size, size, inputs, filters], initializer, torchName: 'weight' } as const
      return {
        output: [height, width, filters],
        params: bias ? { kernel, bias: { shape: [filters], initializer: zeroBias, torchName: 'bias' } } : { kernel },
        flops: height * width * size * size * inputs * filters,
      }
    },
    apply: (x, { param }) => {
      const kernel = param<Tensor4D>('kernel')
      // Without a rounding mode tfjs rounds down, in both directions; its gradients would lose one that was given.
      const convolved = (): Tensor4D => conv2d(x as Tensor4D, kernel, stride, pad)
      return bias ? withBias(convolved, param('bias')) : convolved()
    },
  }
}

/** Height and width of what a window leaves that slides over padded maps. */
export function slidSize(
  [height = 0, width = 0]: FeatureShape,
  { size, stride, pad }: { readonly size: number; readonly stride: number; readonly pad: number },
): readonly [number, number] {
  const slid = (side: number): number => Math.max(0, Math.floor((side + 2 * pad - size) / stride) + 1)
  return [slid(height), slid(width)]
}
