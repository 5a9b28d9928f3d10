import { maxPool, reshape, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core'
import { type Activation, activationFunction, initializerFor } from './activation.ts'
import { type Conv2dParams, convolution } from './convolution.ts'
import { checkModelSizes, defineModel } from './define-model.ts'
import { type DenseParams, dense } from './dense.ts'
import { glorotUniform, type Initializer } from './initializer.ts'
import type { ImageShape, Model } from './model.ts'
import { ModelError } from './model-error.ts'

/** Parameters of `lenet`. */
export type LenetParams = {
  readonly conv1: Conv2dParams
  readonly conv2: Conv2dParams
  readonly dense1: DenseParams
  readonly dense2: DenseParams
  readonly logits: DenseParams
}

/** Options of `lenet`. */
export interface LenetOptions {
  /** `[28, 28, 1]` by default; height and width at least 12. */
  readonly inputShape?: ImageShape
  /** 10 by default. */
  readonly classes?: number
  /** After each layer but the last; `'relu'` by default. The paper has a scaled tanh. */
  readonly activation?: Activation
  /**
   * Of all kernels but the logits': `glorotUniform` by default for tanh and sigmoid, `heNormal` for all else. The
   * logits' kernel, which no activation follows, starts with `glorotUniform` in any case, biases with zero.
   */
  readonly initializer?: Initializer
}

const sites = [
  'conv1/output',
  'conv1/activation',
  'conv1/pool',
  'conv2/output',
  'conv2/activation',
  'conv2/pool',
  'dense1/output',
  'dense1/activation',
  'dense2/output',
  'dense2/activation',
  'logits/output',
] as const

/**
 * LeNet-5 (LeCun et al. 1998, fig. 2) in its modern form: 61,706 parameters for 28 × 28 × 1 images.
 *
 *     conv 5×5, 6 → φ → max pool 2 → conv 5×5, 16 → φ → max pool 2 → dense 120 → φ → dense 84 → φ → dense classes
 *
 * The paper pads 28 × 28 digits to 32 × 32; here the first convolution pads images with a side below 32 ('same'), and
 * takes larger ones as they are ('valid'), so that both sizes reach the dense layers as 5 × 5 × 16.
 *
 * Sites: `conv1/output` (before the activation), `conv1/activation`, `conv1/pool`, the same for `conv2`,
 * `dense1/output`, `dense1/activation`, the same for `dense2`, and `logits/output`.
 *
 * NaN in the input shows in the logits, but for tfjs' cpu backend, whose max pooling makes -Infinity of a window of it.
 *
 * Deviations from the paper, all of them common: max pooling without weights in place of scaled averages, ReLU in
 * place of `1.7159·tanh(2x/3)`, the second convolution sees all six maps, and logits in place of RBF units.
 *
 * @param options - Input shape, classes, activation and initializer.
 * @throws ModelError `INVALID_ARGUMENT` for a size that is not a whole number of 1 or more, images that are too small,
 *   or an unknown activation.
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
export function lenet({
  inputShape = [28, 28, 1],
  classes = 10,
  activation = 'relu',
  initializer = initializerFor(activation),
}: LenetOptions = {}): Model<LenetParams> {
  checkModelSizes('lenet', inputShape, classes)
  const activate = activationFunction('lenet', activation)
  const [height, width, channels] = inputShape
  const pad = Math.min(height, width) < 32 ? 'same' : 'valid'
  const features = 16 * lastSize(height, pad) * lastSize(width, pad)
  if (features === 0) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `lenet: \`inputShape\` must have a height and width of 12 or more, got [${inputShape}]. ` +
        'Pad or enlarge the images.',
    )
  }
  const conv1 = convolution('conv1', { size: 5, inputs: channels, filters: 6, pad, initializer })
  const conv2 = convolution('conv2', { size: 5, inputs: 6, filters: 16, pad: 'valid', initializer })
  const dense1 = dense('dense1', { inputs: features, units: 120, initializer })
  const dense2 = dense('dense2', { inputs: 120, units: 84, initializer })
  const logits = dense('logits', { inputs: 84, units: classes, initializer: glorotUniform })
  return defineModel<LenetParams, (typeof sites)[number]>({
    name: 'lenet',
    inputShape,
    classes,
    sites,
    init: (seed) => ({
      conv1: conv1.init(seed),
      conv2: conv2.init(seed),
      dense1: dense1.init(seed),
      dense2: dense2.init(seed),
      logits: logits.init(seed),
    }),
    forward: (params, x, at) => {
      let maps: Tensor4D = at('conv1/output', conv1.apply(params.conv1, x))
      maps = at('conv1/pool', halved(at('conv1/activation', activate(maps))))
      maps = at('conv2/output', conv2.apply(params.conv2, maps))
      maps = at('conv2/pool', halved(at('conv2/activation', activate(maps))))
      let units: Tensor2D = at('dense1/output', dense1.apply(params.dense1, reshape(maps, [-1, features])))
      units = at('dense1/activation', activate(units))
      units = at('dense2/output', dense2.apply(params.dense2, units))
      units = at('dense2/activation', activate(units))
      return at('logits/output', logits.apply(params.logits, units))
    },
  })
}

function halved(maps: Tensor4D): Tensor4D {
  return maxPool(maps, 2, 2, 'valid')
}

/** The side of a map behind the second pooling: 5 for 28 with padding and for 32 without. */
function lastSize(size: number, pad: 'same' | 'valid'): number {
  const first = Math.floor((pad === 'same' ? size : size - 4) / 2)
  return Math.max(0, Math.floor((first - 4) / 2))
}
