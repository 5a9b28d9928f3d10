import { GradientTransformationError } from '@gg/core'
import { mul, reshape, sqrt, square, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core'

/** A feature gradient split into sets: the number of them, and the L2 norm of each minicolumn `[batch, height, width, sets]`. */
export function setNorms(name: string, gradient: Tensor, sets: number | 'channels'): Tensor4D {
  const [batch, height, width, channels] = shapeOf(name, gradient)
  const count = setCount(name, channels, sets)
  const minicolumns = reshape(gradient, [batch, height, width, count, channels / count])
  return sqrt(sum(square(minicolumns), -1))
}

/** A gradient times a mask of its sets, `[batch, height, width, sets]`. */
export function applyMask(gradient: Tensor, mask: Tensor4D): Tensor {
  const [batch, height, width, sets] = mask.shape
  const channels = gradient.shape[3] ?? 0
  // The product and not a selection: NaN · 0 is NaN, so a run that has diverged shows it.
  if (sets === 1 || sets === channels) return mul(gradient, mask)
  const minicolumns = reshape(gradient, [batch, height, width, sets, channels / sets])
  return reshape(mul(minicolumns, reshape(mask, [batch, height, width, sets, 1])), gradient.shape)
}

/** K for so many channels. */
export function setCount(name: string, channels: number, sets: number | 'channels'): number {
  const count = sets === 'channels' ? channels : sets
  if (channels % count === 0) return count
  throw new GradientTransformationError(
    'SHAPE_MISMATCH',
    `${name}: \`sets\` must divide the channels of the gradient, got ${count} sets for ${channels} channels. ` +
      `Pass a divisor of ${channels}, or sets: 'channels'.`,
  )
}

/** The four sizes of a feature map's gradient. */
export function shapeOf(name: string, { shape }: Tensor): [number, number, number, number] {
  const [batch, height, width, channels, ...more] = shape
  if (
    batch !== undefined &&
    height !== undefined &&
    width !== undefined &&
    channels !== undefined &&
    more.length === 0
  ) {
    return [batch, height, width, channels]
  }
  throw new GradientTransformationError(
    'SHAPE_MISMATCH',
    `${name}: a gradient must be [batch, height, width, channels], got [${shape}]. ` +
      'Put it at the output of a convolution; at other leaves use masked().',
  )
}
