import { checkSize } from './check-size.ts'
import type { Conv2dParams } from './convolution.ts'
import { checkModelSizes, defineModel } from './define-model.ts'
import type { DenseParams } from './dense.ts'
import { checkRate, dropout as dropoutLayer } from './dropout.ts'
import type { ImageShape, ModelFor, UnitParams } from './model.ts'
import { ModelError } from './model-error.ts'
import type { NetworkOptions } from './network-options.ts'
import { checkReluMaxPool, type ReluMaxPool } from './pooling.ts'
import { createUnits } from './unit.ts'

/** Parameters of `vgg`: `stage1` with `conv1`, `conv2`, ..., then `dense1`, `dense2` and `logits`. */
export type VggParams<B extends boolean = true> = {
  readonly [stage: `stage${number}`]: { readonly [layer: `conv${number}`]: UnitParams<Conv2dParams, B> }
  readonly dense1: UnitParams<DenseParams, B>
  readonly dense2: UnitParams<DenseParams, B>
  readonly logits: DenseParams
}

/** Options of `vgg`. */
export interface VggOptions<B extends boolean = true> extends NetworkOptions<B> {
  /** Convolutions and dense layers: configurations A, B, D and E of the paper's table 1; 16 by default. */
  readonly depth?: 11 | 13 | 16 | 19
  /** Filters of the first stage, doubled three times on the way; 64 by default. The dense layers have 8 times as many. */
  readonly width?: number
  /** `[32, 32, 3]` by default; height and width at least 32. */
  readonly inputShape?: ImageShape
  /** 10 by default. */
  readonly classes?: number
  /** The part of each hidden dense layer's activations that is dropped while training, 0 to below 1; 0.5 by default. */
  readonly dropout?: number
  /** ReLU and the max pooling behind it in one, such as `reluMaxPool` of `@gg/backprop`; apart by default. */
  readonly reluMaxPool?: ReluMaxPool
}

/** Convolutions of each stage. */
const configurations: ReadonlyMap<number, readonly number[]> = new Map([
  [11, [1, 1, 2, 2, 2]],
  [13, [2, 2, 2, 2, 2]],
  [16, [2, 2, 3, 3, 3]],
  [19, [2, 2, 4, 4, 4]],
])

/**
 * A VGG network (Simonyan and Zisserman 2015, table 1) for small images, with batch norm by default: 15,250,378
 * parameters at depth 16 for CIFAR-10.
 *
 *     five stages of conv 3×3 → φ, each with a max pool 2 behind it, 64 → 128 → 256 → 512 → 512 filters,
 *     then twice dense 512 → φ → dropout, then logits
 *
 * Sites: `stage1/conv1/output`, `stage1/conv1/normalization`, `stage1/conv1/activation`, ..., `stage1/pool`, ...,
 * `dense1/output`, ..., `logits/output`. `reluMaxPool` leaves no activation to the last convolution of a stage.
 *
 * Deviations from the paper, which is about ImageNet: batch norm, and dense layers of 512 units in place of 4,096, as
 * is common for CIFAR, where 1 × 1 × 512 is left of an image.
 *
 * State: the running statistics of batch norm; deterministic given `dropoutSeed`. Memory: see `ModelWithStats`.
 *
 * @param options - Depth, width, input shape, classes, activation, initializer, batch norm, dropout and pooling.
 * @throws ModelError `INVALID_ARGUMENT` for another depth, a size that is not a whole number of 1 or more, images that
 *   are too small, an unknown activation, a rate or setting out of its range, or `reluMaxPool` with another activation
 *   than `'relu'`.
 *
 * @example
 * ```ts
 * import { countParams, vgg } from '@gg/models'
 *
 * const model = vgg({ depth: 11, width: 8, dropout: 0 })
 * console.log(model.sites.slice(0, 4)) // → [ 'stage1/conv1/output', 'stage1/conv1/normalization', 'stage1/conv1/activation', 'stage1/pool' ]
 * console.log(countParams(model), countParams(vgg())) // → 154002 15250378
 * ```
 */
export function vgg<B extends boolean = true>({
  depth = 16,
  width = 64,
  inputShape = [32, 32, 3],
  classes = 10,
  dropout = 0.5,
  activation = 'relu',
  batchNorm,
  normalization = {},
  initializer,
  reluMaxPool,
}: VggOptions<B> = {}): ModelFor<VggParams<B>, B> {
  checkModelSizes('vgg', inputShape, classes)
  checkSize('vgg', 'width', width)
  checkRate('vgg', dropout)
  checkReluMaxPool('vgg', reluMaxPool, activation)
  const stages = configurations.get(depth)
  if (stages === undefined) {
    throw new ModelError('INVALID_ARGUMENT', `vgg: \`depth\` must be one of 11, 13, 16 and 19, got ${depth}.`)
  }
  const units = createUnits('vgg', { activation, batchNorm: batchNorm ?? true, normalization, initializer })
  return defineModel({
    name: `vgg${depth}`,
    inputShape,
    classes,
    build: (net) => {
      let y = net.input
      for (const [i, convolutions] of stages.entries()) {
        const filters = width * Math.min(8, 2 ** i)
        for (let j = 1; j <= convolutions; j++) {
          const path = `stage${i + 1}/conv${j}`
          y = units.conv(net, path, y, { size: 3, filters, pad: 1 })
          if (j < convolutions) y = units.activate(net, path, y)
          else y = units.activateAndPool(net, path, `stage${i + 1}`, y, reluMaxPool)
        }
      }
      for (const path of ['dense1', 'dense2']) {
        y = units.activate(net, path, units.dense(net, path, y, 8 * width))
        if (dropout > 0) y = net.layer(path, dropoutLayer(dropout), y)
      }
      return units.logits(net, y, classes)
    },
  })
}
