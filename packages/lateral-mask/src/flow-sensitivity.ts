import {
  abs,
  depthwiseConv2d,
  mirrorPad,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { shapeOf } from './set-norms.ts'

/** The four neighbours less four times the centre: the second differences along both axes, added. */
const LAPLACIAN = [0, 1, 0, 1, -4, 1, 0, 1, 0]

/**
 * Gradient-flow sensitivity: how much the gradient of a feature map curves from place to place. A measure to report,
 * not a transformation; its mean before and after a mask tells what the mask did.
 *
 *     S = |∂²δ/∂x² + ∂²δ/∂y²|                                             (Jiang et al. 2022)
 *
 * It is a heuristic: the source comes to it from the gradients of the weights by treating `∂a/∂w` as constant over
 * positions. Scaling the gradient scales it, so compare at one scale.
 *
 * Shapes: `[batch, height, width, channels]` to the same, float32. Memory: borrows, the result is new; nothing is read
 * back. Deviations: the source names no difference scheme. Ours is the five-point one, with the rim repeated around the
 * map, so that nothing flows over the border and a flat map has sensitivity 0 everywhere.
 *
 * @param gradient - The gradient of a feature map.
 * @throws GradientTransformationError `SHAPE_MISMATCH` for a gradient that is not of rank 4.
 *
 * @example
 * ```ts
 * import { flowSensitivity } from '@gg/lateral-mask'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const peak = tf.tensor4d([0, 0, 0, 0, 2, 0, 0, 0, 0], [1, 3, 3, 1])
 * console.log(tf.squeeze(flowSensitivity(peak)).arraySync()) // → [ [ 0, 2, 0 ], [ 2, 8, 2 ], [ 0, 2, 0 ] ]
 * ```
 */
export function flowSensitivity(gradient: Tensor): Tensor4D {
  const [batch, height, width, channels] = shapeOf('flowSensitivity', gradient)
  return tidy(() => {
    if (gradient.size === 0) return zeros([batch, height, width, channels])
    // 'symmetric' repeats the rim, also of a map of a single row.
    const around: [number, number][] = [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]
    const padded: Tensor4D = mirrorPad(gradient as Tensor4D, around, 'symmetric')
    const laplacians = LAPLACIAN.flatMap((weight) => Array<number>(channels).fill(weight))
    return abs(depthwiseConv2d(padded, tensor4d(laplacians, [3, 3, channels, 1]), 1, 'valid'))
  })
}
