import { concat, reshape, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { checkTensor } from './check-arguments.ts'
import { type Size2d, type WindowOptions, windowGeometry } from './window-geometry.ts'
import { windowSlices } from './window-slices.ts'

/**
 * The patch matrix `φ(pad(Z))` of a convolution: one row for each position of the window, with all numbers it sees.
 *
 * With it a convolution is a product of matrices, `S = φ(pad(Z)) · W + 1·bᵀ`, and so are its gradients, which is what
 * `convolutionBackward` computes (Chih-Jen Lin, CNN in matrix form).
 *
 * Deviation: the source has samples one by one and a column for each position; here a row for each position of each
 * sample, which is tfjs' order of numbers, so that `W` is the kernel as it is, reshaped.
 *
 * Shapes: `[batch, height, width, channels]` to `[batch·positions, windowHeight·windowWidth·channels]`, float32.
 * Deterministic. Memory: borrows `z`; the result is new, and windowHeight·windowWidth/strides² times as large as `z`.
 *
 * @param z - The layer's input.
 * @param filterSize - Height and width of the window.
 * @param options - Strides, 1 by default, and padding, `'valid'` by default.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a size or stride that is not a whole number of 1 or more;
 *   `SHAPE_MISMATCH` for an input that is not of rank 4 or a window that does not fit.
 *
 * @example
 * ```ts
 * import { im2col } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const z = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1])
 * console.log(im2col(z, 2).arraySync()) // → [ [ 1, 2, 4, 5 ], [ 2, 3, 5, 6 ], [ 4, 5, 7, 8 ], [ 5, 6, 8, 9 ] ]
 * ```
 */
export function im2col(z: Tensor4D, filterSize: Size2d, options: WindowOptions = {}): Tensor2D {
  checkTensor('im2col', 'z', z, 4)
  const [, height, width, channels] = z.shape
  const axes = windowGeometry('im2col', [height, width], filterSize, options)
  const columns = axes[0].window * axes[1].window * channels
  return tidy(() => reshape(concat([...windowSlices(z, axes, 0)], 3), [-1, columns]))
}
