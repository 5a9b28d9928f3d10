import { matMul, sum, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core'
import { checkShape, checkTensor } from './check-arguments.ts'

/** What `denseBackward` needs. */
export interface DenseBackwardInputs {
  /** The layer's input `z`, `[batch, inputs]`. */
  readonly z: Tensor2D
  /** `[inputs, units]`, the transpose of the source's `W`. */
  readonly kernel: Tensor2D
  /** `∂ξ/∂s`, the gradient of the layer's output, `[batch, units]`. */
  readonly dS: Tensor2D
}

/** The gradients of a dense layer; the tensors are new and the caller's. */
export type DenseGradients = {
  readonly dz: Tensor2D
  readonly dkernel: Tensor2D
  readonly dbias: Tensor1D
}

/**
 * The backward pass of a dense layer `s = W·z + b`, the special case of a convolution whose patch is the whole input:
 *
 *     ∂ξ/∂W = ∂ξ/∂s · zᵀ      ∂ξ/∂b = ∂ξ/∂s      ∂ξ/∂zᵀ = (Wᵀ · ∂ξ/∂s)ᵀ
 *
 * (Chih-Jen Lin), summed over the batch. The gradient behind a ReLU, `∂ξ/∂sᵀ = ∂ξ/∂z_nextᵀ ⊙ I[s]ᵀ`, is the caller's.
 *
 * Shapes: see the arguments; float32. Deterministic. Memory: borrows its arguments; the results are new.
 *
 * @param inputs - The layer's input, its kernel, and the gradient of its output.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, `SHAPE_MISMATCH` for tensors that do not belong together.
 *
 * @example
 * ```ts
 * import { denseBackward } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const { dz, dkernel, dbias } = denseBackward({
 *   z: tf.tensor2d([[1, 2]]),
 *   kernel: tf.tensor2d([[3, 4], [5, 6]]),
 *   dS: tf.tensor2d([[1, -1]]),
 * })
 * console.log(dz.arraySync(), dkernel.arraySync(), dbias.arraySync()) // → [ [ -1, -1 ] ] [ [ 1, -1 ], [ 2, -2 ] ] [ 1, -1 ]
 * ```
 */
export function denseBackward({ z, kernel, dS }: DenseBackwardInputs): DenseGradients {
  const name = 'denseBackward'
  checkTensor(name, 'z', z, 2)
  checkTensor(name, 'kernel', kernel, 2)
  checkShape(name, 'kernel', kernel, [z.shape[1], kernel.shape[1]], 'with a row for each input')
  checkShape(name, 'dS', dS, [z.shape[0], kernel.shape[1]], 'the shape of the output')
  return tidy(
    (): DenseGradients => ({
      dz: matMul(dS, kernel, false, true),
      dkernel: matMul(z, dS, true),
      dbias: sum(dS, 0),
    }),
  )
}
