import { checkSize } from './check-size.ts'
import type { ResnetParams } from './cifar-resnet.ts'
import { checkModelSizes, defineModel } from './define-model.ts'
import type { ImageShape, ModelFor } from './model.ts'
import { ModelError } from './model-error.ts'
import type { NetworkOptions } from './network-options.ts'
import { type GlobalPool, globalPooling, maxPooling } from './pooling.ts'
import { basicBlock, bottleneckBlock, EXPANSION } from './residual-block.ts'
import { createUnits } from './unit.ts'

/** Options of `resnet18` and `resnet50`. */
export interface ResnetOptions<B extends boolean = true> extends NetworkOptions<B> {
  /**
   * How it starts: `'imagenet'` with a convolution 7×7 and a max pool, both with stride 2; `'cifar'` with a
   * convolution 3×3 alone, for small images. `'imagenet'` by default.
   */
  readonly form?: 'imagenet' | 'cifar'
  /** Filters of the first stage, doubled three times on the way; 64 by default. */
  readonly width?: number
  /** `[224, 224, 3]` by default, `[32, 32, 3]` in the form for CIFAR. */
  readonly inputShape?: ImageShape
  /** 1,000 by default, 10 in the form for CIFAR. */
  readonly classes?: number
  /** The last pooling, to `[batch, channels]`; the mean by default. `gatedGlobalAveragePool` of `@gg/gating` fits. */
  readonly globalPool?: GlobalPool
}

/**
 * ResNet-18 (He et al. 2016, table 1): 11,689,512 parameters in its form for ImageNet, 11,220,132 in the form for CIFAR
 * with 100 classes.
 *
 *     imagenet: conv 7×7 /2 → φ → max pool 3×3 /2      cifar: conv 3×3 → φ
 *     then four stages of two basic blocks with 64, 128, 256, 512 filters → global pool → logits
 *
 * Shortcuts are convolutions 1×1 where sizes change (option B). Sites: those of `cifarResnet`, and `conv1/pool`.
 *
 * The form for CIFAR is not in the paper, but what most results on CIFAR-100 under the name ResNet-18 stand for. The
 * weights of torchvision and timm fit the other, see `loadWeights`. Max pooling pads with -Infinity, a stride of 2
 * starts at the first position, as in PyTorch.
 *
 * State: the running statistics of batch norm; deterministic. Memory: see `ModelWithStats`.
 *
 * @param options - Form, width, input shape, classes, activation, initializer, batch norm and pooling.
 * @throws ModelError `INVALID_ARGUMENT` for an unknown form or activation, a size that is not a whole number of 1 or
 *   more, or a setting out of its range.
 *
 * @example
 * ```ts
 * import { countParams, resnet18 } from '@gg/models'
 *
 * const model = resnet18({ form: 'cifar', classes: 100 })
 * console.log(model.inputShape, countParams(model)) // → [ 32, 32, 3 ] 11220132
 * console.log(countParams(resnet18())) // → 11689512
 * ```
 */
export function resnet18<B extends boolean = true>(options: ResnetOptions<B> = {}): ModelFor<ResnetParams<B>, B> {
  return resnet('resnet18', [2, 2, 2, 2], false, options)
}

/**
 * ResNet-50 (He et al. 2016, table 1): 25,557,032 parameters in its form for ImageNet.
 *
 *     as `resnet18`, with 3, 4, 6, 3 bottleneck blocks: conv 1×1 → φ → conv 3×3 → φ → conv 1×1 to 4 times the filters
 *
 * Sites: those of `cifarResnet` with a `conv3` in each block, and `conv1/pool`.
 *
 * Deviation from the paper: the stride of a block is in its convolution 3×3, not in the first 1×1, as in torchvision
 * and timm, whose weights fit ("ResNet v1.5": 4.1 in place of 3.8 billion multiply-adds, 0.5 % more accurate).
 *
 * State: the running statistics of batch norm; deterministic. Memory: see `ModelWithStats`.
 *
 * @param options - Form, width, input shape, classes, activation, initializer, batch norm and pooling.
 * @throws ModelError `INVALID_ARGUMENT` for an unknown form or activation, a size that is not a whole number of 1 or
 *   more, or a setting out of its range.
 *
 * @example
 * ```ts
 * import { countFlops, countParams, resnet50 } from '@gg/models'
 *
 * const model = resnet50()
 * console.log(countParams(model), countFlops(model)) // → 25557032 4089184256
 * ```
 */
export function resnet50<B extends boolean = true>(options: ResnetOptions<B> = {}): ModelFor<ResnetParams<B>, B> {
  return resnet('resnet50', [3, 4, 6, 3], true, options)
}

function resnet<B extends boolean>(
  name: string,
  stages: readonly number[],
  bottleneck: boolean,
  {
    form = 'imagenet',
    width = 64,
    inputShape = form === 'imagenet' ? [224, 224, 3] : [32, 32, 3],
    classes = form === 'imagenet' ? 1000 : 10,
    activation = 'relu',
    batchNorm,
    normalization = {},
    initializer,
    globalPool,
  }: ResnetOptions<B>,
): ModelFor<ResnetParams<B>, B> {
  if (form !== 'imagenet' && form !== 'cifar') {
    throw new ModelError('INVALID_ARGUMENT', `${name}: \`form\` must be one of 'imagenet' and 'cifar', got '${form}'.`)
  }
  checkModelSizes(name, inputShape, classes)
  checkSize(name, 'width', width)
  const units = createUnits(name, { activation, batchNorm: batchNorm ?? true, normalization, initializer })
  const block = bottleneck ? bottleneckBlock : basicBlock
  const start = form === 'imagenet' ? { size: 7, stride: 2, pad: 3 } : { size: 3, pad: 1 }
  return defineModel({
    name,
    inputShape,
    classes,
    build: (net) => {
      let y = units.activate(net, 'conv1', units.conv(net, 'conv1', net.input, { ...start, filters: width }))
      if (form === 'imagenet') y = net.layer('conv1', maxPooling({ size: 3, stride: 2, pad: 1 }), y)
      let inputs = width
      for (const [i, blocks] of stages.entries()) {
        const filters = width * 2 ** i
        for (let j = 1; j <= blocks; j++) {
          const stride = i > 0 && j === 1 ? 2 : 1
          y = block(units, net, `stage${i + 1}/block${j}`, y, { inputs, filters, stride, shortcut: 'B' })
          inputs = bottleneck ? EXPANSION * filters : filters
        }
      }
      return units.logits(net, net.layer('global', globalPooling(globalPool), y), classes)
    },
  })
}
