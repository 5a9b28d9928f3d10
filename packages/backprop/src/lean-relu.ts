import { GradientTransformationError } from '@gg/core'
import { mul, relu, reshape, step, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core'
import { checkTensor } from './check-arguments.ts'
import { leanNode } from './lean-node.ts'
import { packPlaces, unpackPlaces } from './pack-places.ts'
import { withoutTape } from './without-tape.ts'

/** Options of `leanRelu`. */
export interface LeanReluOptions {
  /**
   * `'output'` (default): ReLU's output, which costs nothing where the next layer keeps it too, as convolutions and
   * dense layers do. `'signs'`: a bit for each number, packed 24 to a float32, where nobody else keeps the output.
   */
  readonly keep?: 'output' | 'signs'
}

/**
 * ReLU that does not keep its input, as tfjs' own does, for the backward pass.
 *
 *     y = max(x, 0)      ∂L/∂x = ∂L/∂y ⊙ [x > 0] = ∂L/∂y ⊙ [y > 0]
 *
 * The output says as much about the slope as the input does. Use it behind a convolution or a batch norm; where max
 * pooling follows, `reluMaxPool` keeps less still.
 *
 * Shapes: any; float32. Deterministic; a NaN in the output shows in the gradient with `keep: 'output'`. Memory: borrows
 * `x`; the result is new. The packing of signs is ours.
 *
 * @param x - What comes before the activation.
 * @param options - What is kept.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a tensor that is not float32 or an unknown option.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import { leanRelu } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const loss = (x: tf.Tensor) => tf.sum(tf.square(leanRelu(x, { keep: 'signs' }))) as tf.Scalar
 * const { value, grads } = valueAndGrad(loss)(tf.tensor1d([-1, 0, 3]))
 * console.log(value.arraySync(), grads.arraySync()) // → 9 [ 0, 0, 6 ]
 * ```
 */
export function leanRelu<T extends Tensor>(x: T, options: LeanReluOptions = {}): T {
  const { keep = 'output' } = options
  checkTensor('leanRelu', 'x', x, x.rank)
  if (keep !== 'output' && keep !== 'signs') {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `leanRelu: \`keep\` must be one of 'output', 'signs', got '${String(keep)}'.`,
    )
  }
  return tidy('leanRelu', () => {
    const y = withoutTape(() => relu(x))
    if (keep === 'output') return leanNode(x, y, [y], (dy, [output]) => tidy(() => mul(dy, step(output as Tensor))))
    const signs = withoutTape(() => tidy(() => packPlaces(step(y), 2)))
    return leanNode(x, y, [signs], (dy, [packed]) =>
      tidy(() => mul(dy, reshape(unpackPlaces<Tensor1D>(packed as Tensor1D, 2, [x.size]), x.shape))),
    )
  })
}
