import { maxPool, mean, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core'
import type { Activation } from './activation.ts'
import { slidSize } from './convolution.ts'
import type { Layer } from './layer.ts'
import { ModelError } from './model-error.ts'

/**
 * ReLU and max pooling in one: what `maxPool(relu(x), filterSize, filterSize, 'valid')` gives. `reluMaxPool` of
 * `@gg/backprop` is one that keeps neither `x` nor `relu(x)` for the backward pass.
 */
export type ReluMaxPool = (features: Tensor4D, filterSize: number) => Tensor4D

/** What makes one number of each map: `[batch, height, width, channels]` to `[batch, channels]`. */
export type GlobalPool = (features: Tensor4D) => Tensor2D

/** The largest number of each window. `pad` positions on each side count as -Infinity. */
export function maxPooling({
  size,
  stride,
  pad = 0,
}: {
  readonly size: number
  readonly stride: number
  readonly pad?: number
}): Layer {
  return {
    kind: `max pool ${size}×${size} /${stride}`,
    site: 'pool',
    describe: (input) => ({ output: [...slidSize(input, { size, stride, pad }), ...input.slice(2)] }),
    apply: (x) => maxPool(x as Tensor4D, size, stride, pad),
  }
}

/** ReLU and max pooling over windows of 2 × 2 by a function that does both. */
export function reluMaxPooling(reluMaxPool: ReluMaxPool): Layer {
  return {
    kind: 'relu, max pool 2×2 /2',
    site: 'pool',
    describe: (input) => ({ output: [...slidSize(input, { size: 2, stride: 2, pad: 0 }), ...input.slice(2)] }),
    // It is all that reads the layer in front of it, so what that made need not wait for the end of the forward pass.
    consumes: true,
    apply: (x) => reluMaxPool(x as Tensor4D, 2),
  }
}

/** Refuses what would change the gradient in silence. */
export function checkReluMaxPool(name: string, reluMaxPool: ReluMaxPool | undefined, activation: Activation): void {
  if (reluMaxPool === undefined || activation === 'relu') return
  throw new ModelError(
    'INVALID_ARGUMENT',
    `${name}: \`activation\` must be 'relu' with \`reluMaxPool\`, got ` +
      `${typeof activation === 'string' ? `'${activation}'` : 'a function'}. Leave one of the two out.`,
  )
}

/** The mean of each map, or another number of it. */
export function globalPooling(globalPool: GlobalPool = averagePool): Layer {
  return {
    kind: 'global pool',
    site: 'pool',
    describe: (input) => ({ output: input.slice(-1) }),
    apply: (x) => globalPool(x as Tensor4D),
  }
}

function averagePool(features: Tensor4D): Tensor2D {
  return mean(features, [1, 2])
}
