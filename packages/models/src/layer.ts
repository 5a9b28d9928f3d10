import {
  add,
  conv2d,
  matMul,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  zeros,
} from '@tensorflow/tfjs-core'
import type { Initializer } from './initializer.ts'
import { ModelError } from './model-error.ts'
import { createRandom } from './random.ts'

/** Parameters of a dense layer: kernel `[inputs, units]`, bias `[units]`. */
export type DenseParams = { readonly kernel: Tensor2D; readonly bias: Tensor1D }

/** Parameters of a convolution: kernel `[height, width, inputs, filters]`, bias `[filters]`. */
export type Conv2dParams = { readonly kernel: Tensor4D; readonly bias: Tensor1D }

/** A layer with parameters: how they start, and what is done with them. */
export interface Layer<P, X extends Tensor> {
  /** Parameters from a seed; they are the caller's. */
  init(seed: number): P
  /** The layer's output. Checks the parameters; leaves its intermediate tensors to the scope around it. */
  apply(params: P | undefined, x: X): X
}

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
      const { kernel, bias } = checked(name, params, shapes)
      return add(matMul(x, kernel), bias)
    },
  }
}

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
      const { kernel, bias } = checked(name, params, shapes)
      return add(conv2d(x, kernel, 1, pad), bias)
    },
  }
}

/** Parameters of another model would broadcast, or fail deep in a kernel with a message about something else. */
function checked<P extends { readonly kernel: Tensor; readonly bias: Tensor }>(
  name: string,
  params: P | undefined,
  shapes: { readonly kernel: readonly number[]; readonly bias: readonly number[] },
): P {
  const problem = (['kernel', 'bias'] as const).find((part) => String(params?.[part]?.shape) !== String(shapes[part]))
  if (params !== undefined && problem === undefined) return params
  const part = problem ?? 'kernel'
  const found = params?.[part]?.shape
  throw new ModelError(
    'SHAPE_MISMATCH',
    `apply: \`params\` must have [${shapes[part]}] at '${name}/${part}', got ${found ? `[${found}]` : 'nothing'}. ` +
      'Pass what init of this very model returned, or weights of the same shapes.',
  )
}
