import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import { ModelError } from './model-error.ts'
import type { Random } from './random.ts'

/** Makes a new float32 tensor of a shape from a stream of random numbers. */
export type Initializer = (shape: readonly number[], random: Random) => Tensor

/**
 * He initialization for layers before a ReLU: `N(0, 2 / fanIn)` (He et al. 2015, eq. 10).
 *
 * `fanIn` is the number of inputs of one unit: for a kernel `[in, out]` it is `in`, for `[height, width, in, out]`
 * `height · width · in`. The distribution is not truncated, as in the paper and PyTorch; Keras and JAX truncate it.
 *
 * @param shape - Of a kernel, rank 2 or more.
 * @param random - The stream to draw from.
 * @returns A new tensor, the caller's; rounded to float32, the same numbers on every backend and platform.
 * @throws ModelError `INVALID_ARGUMENT` for a shape of rank 0 or 1.
 *
 * @example
 * ```ts
 * import { createRandom, heNormal } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const kernel = heNormal([200, 100], createRandom(0))
 * console.log(tf.moments(kernel).variance.dataSync()[0]!.toFixed(3)) // → 0.010
 * ```
 */
export const heNormal: Initializer = (shape, random) => {
  const deviation = Math.sqrt(2 / fans('heNormal', shape).fanIn)
  return drawn(shape, () => deviation * random.normal())
}

/**
 * He initialization with bounds: `U(-a, a)` with `a = √(6 / fanIn)`, which has the variance of `heNormal`.
 *
 * @param shape - Of a kernel, rank 2 or more.
 * @param random - The stream to draw from.
 * @returns A new tensor, the caller's.
 * @throws ModelError `INVALID_ARGUMENT` for a shape of rank 0 or 1.
 *
 * @example
 * ```ts
 * import { createRandom, heUniform } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(tf.max(tf.abs(heUniform([6, 10], createRandom(0)))).dataSync()[0]! <= 1) // → true
 * ```
 */
export const heUniform: Initializer = (shape, random) => {
  const bound = Math.sqrt(6 / fans('heUniform', shape).fanIn)
  return drawn(shape, () => bound * (2 * random.uniform() - 1))
}

/**
 * Glorot initialization, for layers before tanh, sigmoid or no activation: `U(-a, a)` with
 * `a = √(6 / (fanIn + fanOut))` (Glorot and Bengio 2010, eq. 16).
 *
 * `fanOut` of a kernel `[height, width, in, out]` is `height · width · out`.
 *
 * @param shape - Of a kernel, rank 2 or more.
 * @param random - The stream to draw from.
 * @returns A new tensor, the caller's.
 * @throws ModelError `INVALID_ARGUMENT` for a shape of rank 0 or 1.
 *
 * @example
 * ```ts
 * import { createRandom, glorotUniform } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * console.log(tf.max(tf.abs(glorotUniform([5, 1], createRandom(0)))).dataSync()[0]! <= 1) // → true
 * ```
 */
export const glorotUniform: Initializer = (shape, random) => {
  const { fanIn, fanOut } = fans('glorotUniform', shape)
  const bound = Math.sqrt(6 / (fanIn + fanOut))
  return drawn(shape, () => bound * (2 * random.uniform() - 1))
}

/**
 * LeCun initialization: `N(0, 1 / fanIn)`, which keeps the variance of a linear layer's input (LeCun et al. 1998b,
 * "Efficient BackProp", eq. 16).
 *
 * @param shape - Of a kernel, rank 2 or more.
 * @param random - The stream to draw from.
 * @returns A new tensor, the caller's.
 * @throws ModelError `INVALID_ARGUMENT` for a shape of rank 0 or 1.
 *
 * @example
 * ```ts
 * import { createRandom, lecunNormal } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const kernel = lecunNormal([100, 200], createRandom(0))
 * console.log(tf.moments(kernel).variance.dataSync()[0]!.toFixed(3)) // → 0.010
 * ```
 */
export const lecunNormal: Initializer = (shape, random) => {
  const deviation = Math.sqrt(1 / fans('lecunNormal', shape).fanIn)
  return drawn(shape, () => deviation * random.normal())
}

function drawn(shape: readonly number[], draw: () => number): Tensor {
  const size = shape.reduce((product, n) => product * n, 1)
  return tensor(Float32Array.from({ length: size }, draw), [...shape])
}

function fans(name: string, shape: readonly number[]): { fanIn: number; fanOut: number } {
  const [inputs, outputs] = shape.slice(-2)
  if (inputs === undefined || outputs === undefined) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `${name}: \`shape\` must be that of a kernel, of rank 2 or more, got [${shape}]. Biases start at zero.`,
    )
  }
  const positions = shape.slice(0, -2).reduce((product, n) => product * n, 1)
  return { fanIn: positions * inputs, fanOut: positions * outputs }
}
