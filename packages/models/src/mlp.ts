import { reshape, type Tensor2D } from '@tensorflow/tfjs-core'
import { type Activation, activationFunction, initializerFor } from './activation.ts'
import { checkSize } from './check-size.ts'
import { checkModelSizes, defineModel } from './define-model.ts'
import { type DenseParams, dense } from './dense.ts'
import { glorotUniform, type Initializer } from './initializer.ts'
import type { ImageShape, Model } from './model.ts'

/** Parameters of `mlp`: `dense1`, `dense2`, ... for the hidden layers, then `logits`. */
export type MlpParams = { readonly [layer: `dense${number}`]: DenseParams; readonly logits: DenseParams }

/** Options of `mlp`. */
export interface MlpOptions {
  /** Height, width and channels of an image; a vector of n numbers is `[1, 1, n]`. */
  readonly inputShape: ImageShape
  /** The number of units of each hidden layer; `[]` for a linear model. */
  readonly hidden: readonly number[]
  /** The number of logits. */
  readonly classes: number
  /** After each hidden layer; `'relu'` by default. */
  readonly activation?: Activation
  /**
   * Of the hidden kernels: `glorotUniform` by default for tanh and sigmoid, `heNormal` for all else. The logits'
   * kernel, which no activation follows, starts with `glorotUniform` in any case, biases with zero.
   */
  readonly initializer?: Initializer
}

/**
 * A multilayer perceptron: flatten, then dense layers with an activation between them.
 *
 *     a₀ = flatten(x),   aₖ = φ(aₖ₋₁·Wₖ + bₖ),   logits = a_K·W + b
 *
 * Sites: `dense1/output` (before the activation), `dense1/activation`, ..., `logits/output`. Pixels are flattened in
 * the order height, width, channel; PyTorch's is channel, height, width, so weights from there need their rows moved.
 *
 * @param options - Sizes, activation and initializer.
 * @throws ModelError `INVALID_ARGUMENT` for a size that is not a whole number of 1 or more, or an unknown activation.
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
export function mlp({ inputShape, hidden, classes, activation = 'relu', initializer }: MlpOptions): Model<MlpParams> {
  checkModelSizes('mlp', inputShape, classes)
  for (const units of hidden) checkSize('mlp', 'hidden', units)
  const activate = activationFunction('mlp', activation)
  const pixels = inputShape.reduce((product, size) => product * size, 1)
  const layers = hidden.map((units, i) => {
    const name = `dense${i + 1}` as const
    const inputs = hidden[i - 1] ?? pixels
    return { name, layer: dense(name, { inputs, units, initializer: initializer ?? initializerFor(activation) }) }
  })
  const logits = dense('logits', { inputs: hidden.at(-1) ?? pixels, units: classes, initializer: glorotUniform })
  return defineModel<MlpParams, `dense${number}/${'output' | 'activation'}` | 'logits/output'>({
    name: 'mlp',
    inputShape,
    classes,
    sites: [...layers.flatMap(({ name }) => [`${name}/output`, `${name}/activation`] as const), 'logits/output'],
    init: (seed) => ({
      ...Object.fromEntries(layers.map(({ name, layer }) => [name, layer.init(seed)])),
      logits: logits.init(seed),
    }),
    forward: (params, x, at) => {
      let y: Tensor2D = reshape(x, [-1, pixels])
      for (const { name, layer } of layers) {
        y = at(`${name}/activation`, activate(at(`${name}/output`, layer.apply(params[name], y))))
      }
      return at('logits/output', logits.apply(params.logits, y))
    },
  })
}
