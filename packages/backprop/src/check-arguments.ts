import { GradientTransformationError } from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** Refuses a tensor of another rank, or one without a gradient. */
export function checkTensor(name: string, argument: string, x: Tensor, rank: number): void {
  if (x.dtype !== 'float32') {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `${name}: \`${argument}\` must be float32, got ${x.dtype}. Only float tensors have a gradient.`,
    )
  }
  if (x.rank === rank) return
  throw new GradientTransformationError(
    'SHAPE_MISMATCH',
    `${name}: \`${argument}\` must have ${rank} axes, got [${x.shape}].`,
  )
}

/** Refuses a tensor whose shape does not follow from the others'. */
export function checkShape(name: string, argument: string, x: Tensor, shape: readonly number[], why: string): void {
  if (x.rank === shape.length && x.shape.every((size, i) => size === shape[i])) return
  throw new GradientTransformationError(
    'SHAPE_MISMATCH',
    `${name}: \`${argument}\` must be [${shape}], ${why}, got [${x.shape}].`,
  )
}
