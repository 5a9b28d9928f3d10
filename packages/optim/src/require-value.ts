import { type ExtraArgs, GradientTransformationError } from '@gg/core'
import { reshape, type Scalar, scalar, Tensor } from '@tensorflow/tfjs-core'

/**
 * The extra argument `value`: the loss of this step, for transformations that follow it.
 *
 * @param name - The function that speaks in the error.
 * @throws GradientTransformationError `INVALID_ARGUMENT` if it is neither a number nor a scalar.
 */
export function requireValue(name: string, extra: ExtraArgs): Scalar {
  const value = extra['value']
  if (typeof value === 'number') return scalar(value)
  if (value instanceof Tensor && value.size === 1) return reshape(value, [])
  const found = value instanceof Tensor ? `a tensor of shape [${value.shape}]` : typeof value
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`extra.value\` must be a number or a scalar, got ${found}. ` +
      'Call update(updates, state, params, { value: loss }).',
  )
}
