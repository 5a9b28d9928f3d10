import { clone, customGrad, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'

/**
 * `forward(features)`, of the same shape, with `backward(dy, kept)` for its gradient, as one node of the tape. `kept` are the
 * features, or the result.
 */
export function withGradient<T extends Tensor>(
  name: string,
  features: T,
  forward: (features: T) => Tensor,
  backward: (dy: T, kept: Tensor) => Tensor,
  keeps: 'features' | 'result' = 'features',
): T {
  if (features.dtype !== 'float32') {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `${name}: \`features\` must be float32, got ${features.dtype}. Only float tensors have a gradient.`,
    )
  }
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    // customGrad appends the saver to the inputs, which its type does not tell apart.
    const [x, save] = args as [T, GradSaveFunc]
    const value = forward(x)
    if (String(value.shape) !== String(x.shape) || value.dtype !== 'float32') {
      throw new GradientTransformationError(
        'SHAPE_MISMATCH',
        `${name}: the result must be float32 [${x.shape}] as its input is, got ${value.dtype} [${value.shape}].`,
      )
    }
    // Tensors of the closure are gone by the time of the backward pass; saved ones are not. Not before all that may
    // throw: what is saved for a node that is never made, nobody disposes.
    save([keeps === 'features' ? x : value])
    const gradFunc = (dy: T, saved: Tensor[]) => backward(dy, saved[0] as Tensor)
    // The check above is what makes the result a T.
    return { value: (value === x ? clone(x) : value) as T, gradFunc }
  })
  return node(features)
}
