import { GradientTransformationError } from '@gg/core'
import { sub, type Tensor } from '@tensorflow/tfjs-core'

/** `predictions - targets` for losses that do not broadcast: a target of shape `[n]` for `[n, 1]` would make `[n, n]`. */
export function lossErrors(name: string, predictions: Tensor, targets: Tensor | undefined): Tensor {
  if (targets === undefined) return predictions
  if (String(predictions.shape) !== String(targets.shape)) {
    throw new GradientTransformationError(
      'SHAPE_MISMATCH',
      `${name}: \`targets\` must have the shape of \`predictions\`, got [${targets.shape}] for [${predictions.shape}]. ` +
        'Reshape one of them; these losses do not broadcast.',
    )
  }
  return sub(predictions, targets)
}
