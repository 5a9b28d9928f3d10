import type { Conv2dParams } from './convolution.ts'
import { checkModelSizes, defineModel } from './define-model.ts'
import type { DenseParams } from './dense.ts'
import type { ImageShape, ModelFor, UnitParams } from './model.ts'
import { ModelError } from './model-error.ts'
import type { Net } from './net.ts'
import type { NetworkOptions } from './network-options.ts'
import { checkReluMaxPool, type ReluMaxPool } from './pooling.ts'
import { createUnits } from './unit.ts'

/** Parameters of `lenet`. */
export type LenetParams<B extends boolean = false> = {
  readonly conv1: UnitParams<Conv2dParams, B>
  readonly conv2: UnitParams<Conv2dParams, B>
  readonly dense1: UnitParams<DenseParams, B>
  readonly dense2: UnitParams<DenseParams, B>
  readonly logits: DenseParams
}

/** Options of `lenet`. */
export interface LenetOptions<B extends boolean = false> extends NetworkOptions<B> {
  /** `[28, 28, 1]` by default; height and width at least 12. */
  readonly inputShape?: ImageShape
  /** 10 by default. */
  readonly classes?: number
  /** ReLU and the max pooling behind it in one, such as `reluMaxPool` of `@gg/backprop`; apart by default. */
  readonly reluMaxPool?: ReluMaxPool
}

/**
 * LeNet-5 (LeCun et al. 1998, fig. 2) in its modern form: 61,706 parameters for 28 × 28 × 1 images.
 *
 *     conv 5×5, 6 → φ → max pool 2 → conv 5×5, 16 → φ → max pool 2 → dense 120 → φ → dense 84 → φ → dense classes
 *
 * The paper pads 28 × 28 digits to 32 × 32; here the first convolution pads images with a side below 32 ('same'), and
 * takes larger ones as they are ('valid'), so that both sizes reach the dense layers as 5 × 5 × 16.
 *
 * Sites: `conv1/output` (before the activation), `conv1/activation`, `conv1/pool`, the same for `conv2`,
 * `dense1/output`, `dense1/activation`, the same for `dense2`, and `logits/output`. Batch norm adds
 * `conv1/normalization` and its like behind the outputs; `reluMaxPool` leaves no `conv1/activation`.
 *
 * NaN in the input shows in the logits, but for tfjs' cpu backend, whose max pooling makes -Infinity of a window of it.
 *
 * Deviations from the paper, all of them common: max pooling without weights in place of scaled averages, ReLU in
 * place of `1.7159·tanh(2x/3)`, the second convolution sees all six maps, and logits in place of RBF units.
 *
 * @param options - Input shape, classes, activation, initializer, batch norm and pooling.
 * @throws ModelError `INVALID_ARGUMENT` for a size that is not a whole number of 1 or more, images that are too small,
 *   an unknown activation, a setting out of its range, or `reluMaxPool` with another activation than `'relu'`.
 *
 * @example
 * ```ts
 * import { lenet } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const model = lenet({ inputShape: [32, 32, 3] })
 * const params = model.init(0)
 * console.log(params.conv1.kernel.shape, params.dense1.kernel.shape) // → [ 5, 5, 3, 6 ] [ 400, 120 ]
 * console.log(model.apply(params, tf.zeros([2, 32, 32, 3])).shape) // → [ 2, 10 ]
 * ```
 */
export function lenet<B extends boolean = false>({
  inputShape = [28, 28, 1],
  classes = 10,
  activation = 'relu',
  batchNorm,
  normalization = {},
  initializer,
  reluMaxPool,
}: LenetOptions<B> = {}): ModelFor<LenetParams<B>, B> {
  checkModelSizes('lenet', inputShape, classes)
  checkReluMaxPool('lenet', reluMaxPool, activation)
  const [height, width] = inputShape
  if (Math.min(height, width) < 12) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `lenet: \`inputShape\` must have a height and width of 12 or more, got [${inputShape}]. ` +
        'Pad or enlarge the images.',
    )
  }
  const pad = Math.min(height, width) < 32 ? 2 : 0
  const units = createUnits('lenet', { activation, batchNorm: batchNorm ?? false, normalization, initializer })
  const conv = <X>(net: Net<X>, path: string, x: X, filters: number, pad: number): X =>
    units.activateAndPool(net, path, path, units.conv(net, path, x, { size: 5, filters, pad }), reluMaxPool)
  const dense = <X>(net: Net<X>, path: string, x: X, width: number): X =>
    units.activate(net, path, units.dense(net, path, x, width))
  return defineModel({
    name: 'lenet',
    inputShape,
    classes,
    build: (net) => {
      const maps = conv(net, 'conv2', conv(net, 'conv1', net.input, 6, pad), 16, 0)
      return units.logits(net, dense(net, 'dense2', dense(net, 'dense1', maps, 120), 84), classes)
    },
  })
}
