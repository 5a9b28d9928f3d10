import { GradientTransformationError } from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** Which numbers of the feature map share one gate. */
export type GateVariant = 'elementwise' | 'per-channel' | 'spatial-only'

/** How the gate opens: the function that turns the feature map into a factor. */
export interface GateActivationOptions {
  /**
   * `'sigmoid'` (default): `σ(y) = 1 / (1 + exp(-y))`, as in the source. `'hard-sigmoid'`: `relu6(y + 3) / 6`,
   * PyTorch's definition (Keras' slope of 0.2 is another); 0 for `y ≤ -3` and 1 for `y ≥ 3`, so it can shut altogether.
   * Or a function of your own, which borrows `y / T` and returns a new tensor of its shape: a strength, such as
   * `(y) => tf.add(1 - s, tf.mul(s, tf.sigmoid(y)))`, or any other factor.
   */
  readonly activation?: 'sigmoid' | 'hard-sigmoid' | ((y: Tensor) => Tensor)
  /**
   * `T` in `σ(y / T)`, above 0; 1 by default. Large values level the gate towards 1/2, small ones make it a switch.
   * The source has no temperature.
   */
  readonly temperature?: number
}

/** Options of `gate`; without any it is the source's gate. */
export interface GateOptions extends GateActivationOptions {
  /**
   * `'elementwise'` (default), as in the source: each number of the map has its own gate. `'per-channel'`: the gate of
   * the mean over positions, shared by them; `'spatial-only'`: the gate of the mean over channels, shared by them.
   * Both are our choices and need the form `[batch, ...positions, channels]`.
   */
  readonly variant?: GateVariant
  /**
   * `'none'` (default), as in the source. `'standardize'`: mean 0 and variance 1 per sample and map, before the
   * activation. The map is what the variant looks at: the positions of one channel; per channel, the vector of the
   * channels' means; spatially, the map of the positions' means. A dense layer's map is its vector of units. A map of
   * one number standardizes to 0, which gives the gate σ(0) = 1/2.
   */
  readonly normalize?: 'none' | 'standardize'
  /**
   * `'none'` (default), as in the source. `'preserve-norm'`: the gated gradient is multiplied by one number so that the
   * L2 norm of the whole tensor is what it was before the gate; see `gate` for why one would.
   */
  readonly rescale?: 'none' | 'preserve-norm'
  /** Added to the variance when standardizing; 1e-5 by default, 0 or more. */
  readonly eps?: number
}

/** The options with their defaults, checked. `name` is the function that speaks in errors. */
export function resolveGateOptions(name: string, options: GateOptions): Required<GateOptions> {
  const {
    activation = 'sigmoid',
    temperature = 1,
    variant = 'elementwise',
    normalize = 'none',
    rescale = 'none',
    eps = 1e-5,
  } = options
  if (typeof activation !== 'function') oneOf(name, 'activation', activation, ['sigmoid', 'hard-sigmoid'])
  oneOf(name, 'variant', variant, ['elementwise', 'per-channel', 'spatial-only'])
  oneOf(name, 'normalize', normalize, ['none', 'standardize'])
  oneOf(name, 'rescale', rescale, ['none', 'preserve-norm'])
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw invalid(name, 'temperature', 'a finite number above 0', temperature)
  }
  if (!(eps >= 0 && eps < Number.POSITIVE_INFINITY)) throw invalid(name, 'eps', 'a finite number of 0 or more', eps)
  return { activation, temperature, variant, normalize, rescale, eps }
}

/** Refuses a word that is not one of `choices`. */
export function oneOf(name: string, argument: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return
  throw invalid(name, argument, `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`, `'${value}'`)
}

function invalid(
  name: string,
  argument: string,
  expected: string,
  found: string | number,
): GradientTransformationError {
  return new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`${argument}\` must be ${expected}, got ${found}.`,
  )
}
