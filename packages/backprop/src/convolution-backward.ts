import { matMul, reshape, split, sum, type Tensor1D, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { checkShape, checkTensor } from './check-arguments.ts'
import { im2col } from './im2col.ts'
import { type WindowOptions, windowGeometry } from './window-geometry.ts'
import { placeSlices } from './window-slices.ts'

/** What `convolutionBackward` needs. */
export interface ConvolutionBackwardInputs {
  /** The layer's input `Z`, `[batch, height, width, channels]`. */
  readonly z: Tensor4D
  /** `W`, `[windowHeight, windowWidth, channels, filters]`. */
  readonly kernel: Tensor4D
  /** `∂ξ/∂S`, the gradient of the layer's output, `[batch, positions, positions, filters]`. */
  readonly dS: Tensor4D
}

/** The gradients of a convolution; the tensors are new and the caller's. */
export type ConvolutionGradients = {
  readonly dz: Tensor4D
  readonly dkernel: Tensor4D
  readonly dbias: Tensor1D
}

/**
 * The backward pass of a convolution `S = W ⋆ Z + b` as three products of matrices:
 *
 *     ∂ξ/∂vec(W)ᵀ = vec( ∂ξ/∂S · φ(pad(Z))ᵀ )ᵀ      ∂ξ/∂bᵀ = ( ∂ξ/∂S · 1 )ᵀ      ∂ξ/∂vec(Z)ᵀ = vec( Wᵀ · ∂ξ/∂S )ᵀ P_φ P_pad
 *
 * (Chih-Jen Lin). `P_φ` and `P_pad` put each number of a patch back to where it came from, and add what meets there.
 * To be read and to check others with; tfjs' own gradient gives the same and is faster.
 *
 * Shapes: see the arguments; float32. Deterministic. Memory: borrows its arguments; the results are new. Two patch
 * matrices live while it runs.
 *
 * @param inputs - The layer's input, its kernel, and the gradient of its output.
 * @param options - Strides and padding of the convolution, as for `im2col`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, `SHAPE_MISMATCH` for tensors that do not belong together.
 *
 * @example
 * ```ts
 * import { convolutionBackward } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const z = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1])
 * const kernel = tf.tensor4d([1, 0, 0, -1], [2, 2, 1, 1])
 * const { dz, dkernel, dbias } = convolutionBackward({ z, kernel, dS: tf.ones([1, 2, 2, 1]) })
 * console.log(dkernel.dataSync().join(' '), '|', dbias.dataSync().join(' ')) // → 12 16 24 28 | 4
 * console.log(dz.dataSync().join(' ')) // → 1 1 0 1 0 -1 0 -1 -1
 * ```
 */
export function convolutionBackward(
  { z, kernel, dS }: ConvolutionBackwardInputs,
  options: WindowOptions = {},
): ConvolutionGradients {
  const name = 'convolutionBackward'
  checkTensor(name, 'z', z, 4)
  checkTensor(name, 'kernel', kernel, 4)
  const [batch, height, width, channels] = z.shape
  const [windowHeight, windowWidth, , filters] = kernel.shape
  const axes = windowGeometry(name, [height, width], [windowHeight, windowWidth], options)
  checkShape(name, 'kernel', kernel, [windowHeight, windowWidth, channels, filters], 'with the channels of `z`')
  checkShape(name, 'dS', dS, [batch, axes[0].positions, axes[1].positions, filters], 'the shape of the output')
  return tidy((): ConvolutionGradients => {
    const rows = windowHeight * windowWidth * channels
    const delta: Tensor2D = reshape(dS, [-1, filters])
    const weights: Tensor2D = reshape(kernel, [rows, filters])
    const patches = im2col(z, [windowHeight, windowWidth], options)
    const dpatches = reshape(matMul(delta, weights, false, true), [batch, axes[0].positions, axes[1].positions, rows])
    return {
      dkernel: reshape(matMul(patches, delta, true), kernel.shape),
      dbias: sum(delta, 0),
      dz: placeSlices(split(dpatches, windowHeight * windowWidth, 3), axes),
    }
  })
}
