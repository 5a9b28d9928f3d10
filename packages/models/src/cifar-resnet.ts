import { checkSize } from './check-size.ts'
import type { Conv2dParams } from './convolution.ts'
import { checkModelSizes, defineModel } from './define-model.ts'
import type { DenseParams } from './dense.ts'
import type { ImageShape, ModelFor, UnitParams } from './model.ts'
import { ModelError } from './model-error.ts'
import type { NetworkOptions } from './network-options.ts'
import { type GlobalPool, globalPooling } from './pooling.ts'
import { basicBlock, type ResidualStageParams } from './residual-block.ts'
import { createUnits } from './unit.ts'

/** Parameters of a residual network: `conv1`, then `stage1` with `block1`, `block2`, ..., then `logits`. */
export type ResnetParams<B extends boolean = true> = {
  readonly conv1: UnitParams<Conv2dParams, B>
  readonly [stage: `stage${number}`]: ResidualStageParams<B>
  readonly logits: DenseParams
}

/** Options of `cifarResnet`. */
export interface CifarResnetOptions<B extends boolean = true> extends NetworkOptions<B> {
  /** 6n + 2 with n blocks a stage: 8, 14, 20, 32, 44, 56, 110; 20 by default. */
  readonly depth?: number
  /** Filters of the first stage, doubled in each of the other two; 16 by default. */
  readonly width?: number
  /** `[32, 32, 3]` by default. */
  readonly inputShape?: ImageShape
  /** 10 by default. */
  readonly classes?: number
  /** `'A'`, without parameters, by default as in the paper; `'B'` is a convolution 1×1 where sizes change. */
  readonly shortcut?: 'A' | 'B'
  /** The last pooling, to `[batch, channels]`; the mean by default. `gatedGlobalAveragePool` of `@gg/gating` fits. */
  readonly globalPool?: GlobalPool
}

/**
 * The residual networks that He et al. (2016, sec. 4.2) trained on CIFAR-10: 0.27 M parameters at depth 20. For the
 * wider networks of ImageNet's kind see `resnet18`.
 *
 *     conv 3×3, 16 → φ → three stages of n blocks with 16, 32, 64 filters → global pool → logits
 *     block: φ(conv 3×3 → φ → conv 3×3 + shortcut)
 *
 * Parameters with batch norm and 10 classes: ResNet-8 75,290, ResNet-14 172,506, ResNet-20 269,722, ResNet-32 464,154.
 * The paper counts 0.27 M for ResNet-20 and 0.46 M for ResNet-32.
 *
 * Sites: `conv1/output`, `conv1/normalization`, `conv1/activation`, then of each block, such as `stage2/block1`:
 * `conv1/...` as before, `conv2/output`, `conv2/normalization`, `shortcut/output` (and `shortcut/normalization` with
 * option B) where sizes change, `sum`, and `conv2/activation` behind the sum; at the end `global/pool` and
 * `logits/output`.
 *
 * The paper leaves open where the zeros of shortcut A go (half of them in front, half behind) and how the logits start
 * (`glorotUniform`). Without batch norm deep ones do not train from this start: each block doubles the variance.
 *
 * State: the running statistics of batch norm; deterministic. Memory: see `ModelWithStats`.
 *
 * @param options - Depth, width, input shape, classes, activation, initializer, batch norm, shortcut and pooling.
 * @throws ModelError `INVALID_ARGUMENT` for a depth that is not 6n + 2, a size that is not a whole number of 1 or more,
 *   an unknown activation or shortcut, or a setting out of its range.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import { cifarResnet, countParams } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(countParams(cifarResnet({ depth: 20 }))) // → 269722
 * const model = cifarResnet({ depth: 8, width: 2, inputShape: [8, 8, 3] })
 * const x = tf.reshape(tf.sin(tf.range(0, 384)), [2, 8, 8, 3]) as tf.Tensor4D
 * const stats = model.initStats()
 * const loss = (params: ReturnType<typeof model.init>) => {
 *   const { logits, stats: next } = model.applyWithStats(params, stats, x, { training: true })
 *   return [tf.mean(tf.square(logits)) as tf.Scalar, { next }] as const
 * }
 * const { aux } = valueAndGrad(loss, { hasAux: true })(model.init(0))
 * console.log(Object.keys(aux.next).length, aux.next['conv1']?.variance.shape) // → 7 [ 2 ]
 * ```
 */
export function cifarResnet<B extends boolean = true>({
  depth = 20,
  width = 16,
  inputShape = [32, 32, 3],
  classes = 10,
  shortcut = 'A',
  activation = 'relu',
  batchNorm,
  normalization = {},
  initializer,
  globalPool,
}: CifarResnetOptions<B> = {}): ModelFor<ResnetParams<B>, B> {
  const name = 'cifarResnet'
  checkModelSizes(name, inputShape, classes)
  checkSize(name, 'width', width)
  checkShape(name, depth, shortcut)
  const units = createUnits(name, { activation, batchNorm: batchNorm ?? true, normalization, initializer })
  const blocks = (depth - 2) / 6
  return defineModel({
    name: `resnet${depth}`,
    inputShape,
    classes,
    build: (net) => {
      let y = units.conv(net, 'conv1', net.input, { size: 3, filters: width, pad: 1 })
      y = units.activate(net, 'conv1', y)
      let inputs = width
      for (const [i, filters] of [width, 2 * width, 4 * width].entries()) {
        for (let j = 1; j <= blocks; j++) {
          const stride = i > 0 && j === 1 ? 2 : 1
          y = basicBlock(units, net, `stage${i + 1}/block${j}`, y, { inputs, filters, stride, shortcut })
          inputs = filters
        }
      }
      return units.logits(net, net.layer('global', globalPooling(globalPool), y), classes)
    },
  })
}

function checkShape(name: string, depth: number, shortcut: 'A' | 'B'): void {
  if (!(Number.isSafeInteger((depth - 2) / 6) && depth >= 8)) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `${name}: \`depth\` must be 6n + 2 with n of 1 or more (8, 14, 20, 32, 44, 56, 110), got ${depth}.`,
    )
  }
  if (shortcut === 'A' || shortcut === 'B') return
  throw new ModelError('INVALID_ARGUMENT', `${name}: \`shortcut\` must be one of 'A' and 'B', got '${shortcut}'.`)
}
