import { checkSize } from './check-size.ts'
import { checkModelSizes, defineModel } from './define-model.ts'
import type { DenseParams } from './dense.ts'
import { checkRate, dropout as dropoutLayer } from './dropout.ts'
import type { ImageShape, ModelFor, UnitParams } from './model.ts'
import type { NetworkOptions } from './network-options.ts'
import { createUnits } from './unit.ts'

/** Parameters of `mlp`: `dense1`, `dense2`, ... for the hidden layers, then `logits`. */
export type MlpParams<B extends boolean = false> = {
  readonly [layer: `dense${number}`]: UnitParams<DenseParams, B>
  readonly logits: DenseParams
}

/** Options of `mlp`. */
export interface MlpOptions<B extends boolean = false> extends NetworkOptions<B> {
  /** Height, width and channels of an image; a vector of n numbers is `[1, 1, n]`. */
  readonly inputShape: ImageShape
  /** The number of units of each hidden layer; `[]` for a linear model. */
  readonly hidden: readonly number[]
  /** The number of logits. */
  readonly classes: number
  /** The part of each hidden layer's activations that is dropped while training, 0 to below 1; 0 by default. */
  readonly dropout?: number
}

/**
 * A multilayer perceptron: flatten, then dense layers with an activation between them.
 *
 *     a₀ = flatten(x),   aₖ = dropout(φ(aₖ₋₁·Wₖ + bₖ)),   logits = a_K·W + b
 *
 * With three hidden layers and `'tanh'` it is the network of GAAF's analysis of dropout (Hahn and Choi 2018), who do
 * not say how wide theirs is.
 *
 * Sites: `dense1/output` (before the activation), `dense1/activation`, ..., `logits/output`; with batch norm
 * `dense1/normalization` between the two. Pixels are flattened in the order height, width, channel; PyTorch's is
 * channel, height, width, which `loadWeights` sees to.
 *
 * @param options - Sizes, activation, initializer, batch norm and dropout.
 * @throws ModelError `INVALID_ARGUMENT` for a size that is not a whole number of 1 or more, an unknown activation, or
 *   a rate or setting out of its range.
 *
 * @example
 * ```ts
 * import { mlp } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const model = mlp({ inputShape: [28, 28, 1], hidden: [64], classes: 10 })
 * const params = model.init(0)
 * console.log(model.sites) // → [ 'dense1/output', 'dense1/activation', 'logits/output' ]
 * console.log(model.apply(params, tf.zeros([2, 28, 28, 1])).shape) // → [ 2, 10 ]
 * ```
 */
export function mlp<B extends boolean = false>({
  inputShape,
  hidden,
  classes,
  dropout = 0,
  activation = 'relu',
  batchNorm,
  normalization = {},
  initializer,
}: MlpOptions<B>): ModelFor<MlpParams<B>, B> {
  checkModelSizes('mlp', inputShape, classes)
  for (const units of hidden) checkSize('mlp', 'hidden', units)
  checkRate('mlp', dropout)
  const units = createUnits('mlp', { activation, batchNorm: batchNorm ?? false, normalization, initializer })
  return defineModel({
    name: 'mlp',
    inputShape,
    classes,
    build: (net) => {
      let y = net.input
      for (const [i, width] of hidden.entries()) {
        const path = `dense${i + 1}`
        y = units.activate(net, path, units.dense(net, path, y, width))
        if (dropout > 0) y = net.layer(path, dropoutLayer(dropout), y)
      }
      return units.logits(net, y, classes)
    },
  })
}
