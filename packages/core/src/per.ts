import { sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'

/**
 * What of a feature map's gradient `[batch, ...positions, channels]` belongs together: one `'example'` of the batch, one
 * `'channel'` over the whole batch, or one `'map'`, a channel of an example. A dense layer's `[batch, units]` has maps of
 * a single number.
 */
export type Per = 'example' | 'channel' | 'map'

/** The L2 norm of each part, shaped to be multiplied with the whole. */
export function normPer(name: string, per: Per, gradient: Tensor): Tensor {
  if (gradient.rank < 2) {
    throw new GradientTransformationError(
      'SHAPE_MISMATCH',
      `${name}: a gradient must be [batch, ...positions, channels], got [${gradient.shape}]. ` +
        'At leaves of other shapes use masked().',
    )
  }
  const last = gradient.rank - 1
  const axes = Array.from({ length: gradient.rank }, (_, i) => i).filter(
    (axis) => !(axis === 0 && per !== 'channel') && !(axis === last && per !== 'example'),
  )
  const squares = square(gradient)
  return sqrt(axes.length === 0 ? squares : sum(squares, axes, true))
}

/** Refuses a word that is none of the three. */
export function checkPer(name: string, per: Per): void {
  if (['example', 'channel', 'map'].includes(per)) return
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`per\` must be one of 'example', 'channel', 'map', got '${per}'.`,
  )
}
