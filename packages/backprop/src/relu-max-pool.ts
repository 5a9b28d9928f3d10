import { fusedKernel, GradientTransformationError } from '@gg/core'
import { mul, relu, step, type Tensor, type Tensor1D, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { checkTensor } from './check-arguments.ts'
import { leanNode } from './lean-node.ts'
import { maximumPlaces } from './maximum-places.ts'
import { packPlaces, unpackPlaces } from './pack-places.ts'
import { placeGradients } from './place-gradients.ts'
import { type Size2d, type WindowOptions, windowGeometry } from './window-geometry.ts'
import { withoutTape } from './without-tape.ts'

/** Options of `reluMaxPool`. */
export interface ReluMaxPoolOptions extends WindowOptions {
  /** The only one that this works for, and its default. An accelerated one (GAAF) is refused with the reason. */
  readonly activation?: 'relu' | ((x: Tensor) => Tensor)
}

/**
 * ReLU followed by max pooling as one operation that keeps neither its input nor ReLU's output for the backward pass.
 *
 *     usual:  ∂ξ/∂vec(S)ᵀ = (v P_pool) ⊙ vec(I[S])ᵀ               (5)
 *     here:   ∂ξ/∂vec(S)ᵀ = (v ⊙ vec(I[Z_next])ᵀ) P_pool           (6)
 *
 * with `v = ∂ξ/∂vec(Z_next)ᵀ` (Chih-Jen Lin). Both are the same gradient: a pooled value is above 0 exactly where ReLU's
 * slope at the selected number is 1. (5) needs `S`; (6) needs the pooled output, which the next layer keeps anyway, and
 * the places: two bits for each pooled number of a 2 × 2 window, packed twelve to a float32.
 *
 * Use it in place of `maxPool(relu(S))`, and dispose `S`, or write both in a `tf.tidy`, since tfjs holds on to it by
 * itself to the end of the scope: `tf.tidy(() => reluMaxPool(addBias(tf.conv2d(x, w, 1, 'same'), b), 2))`. Gates and
 * masks *after* the pool work as usual. An activation that lets gradient through where `S` is below 0, such as an
 * accelerated one (GAAF), breaks the equality of (5) and (6) and is refused.
 *
 * Ties go to the first maximum, row by row, as in PyTorch and in tfjs on cpu. Windows may overlap; then all that a
 * number was selected for is added up, and the operation is slower.
 *
 * Shapes: `[batch, height, width, channels]`, float32 and finite, to `[batch, positions, positions, channels]`.
 * Deterministic. Memory: borrows `features`; the result is new; see above for what is kept. Packing is ours, and so is
 * the way in which the places are found.
 *
 * @param features - `S`, the output of a convolution before its activation.
 * @param filterSize - Height and width of the window.
 * @param options - Strides, by default the window's size; padding, `'valid'` by default.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, also for another activation than ReLU; `SHAPE_MISMATCH`.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import { reluMaxPool } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const image = tf.tensor4d([3, 2, 3, 6, 4, 5, 4, 9, 2, 1, 2, 6, 3, 4, 3, 2], [1, 4, 4, 1])
 * const loss = (s: tf.Tensor4D) => tf.sum(reluMaxPool(s, 2)) as tf.Scalar
 * const { value, grads } = valueAndGrad(loss)(image)
 * console.log(value.arraySync()) // → 24
 * console.log(grads.dataSync().join(' ')) // → 0 0 0 0 0 1 0 1 0 0 0 1 0 1 0 0
 * ```
 */
export function reluMaxPool(features: Tensor4D, filterSize: Size2d, options: ReluMaxPoolOptions = {}): Tensor4D {
  const { activation = 'relu', ...window } = options
  checkActivation(activation)
  checkTensor('reluMaxPool', 'features', features, 4)
  const [, height, width] = features.shape
  const axes = windowGeometry('reluMaxPool', [height, width], filterSize, { strides: filterSize, ...window })
  const count = axes[0].window * axes[1].window
  return tidy('reluMaxPool', () => {
    const attrs = attrsOf(axes)
    const [pooled, places] = withoutTape(() =>
      fusedKernel('GgReluMaxPool', { x: features }, attrs, () => [...pooledAndPacked(features, count, axes)]),
    ) as [Tensor4D, Tensor1D]
    return leanNode(features, pooled, [pooled, places], (dy, kept) => {
      const [z, packed] = kept as [Tensor4D, Tensor1D]
      const plain = (): Tensor =>
        tidy(() => placeGradients(mul(dy, step(z)), unpackPlaces<Tensor4D>(packed, count, z.shape), axes))
      const size = [height, width]
      return fusedKernel('GgReluMaxPoolGrad', { dy, z, packed }, { ...attrs, size }, () => [plain()])[0] as Tensor
    })
  })
}

/** The windows as kernels read them: pairs of height and width. */
function attrsOf(axes: Parameters<typeof maximumPlaces>[1]): Readonly<Record<string, readonly number[]>> {
  const pair = (what: 'window' | 'stride' | 'before' | 'positions'): number[] => axes.map((axis) => axis[what])
  return { window: pair('window'), strides: pair('stride'), before: pair('before'), positions: pair('positions') }
}

function pooledAndPacked(
  features: Tensor4D,
  count: number,
  axes: Parameters<typeof maximumPlaces>[1],
): readonly [Tensor4D, Tensor1D] {
  const results: (readonly [Tensor4D, Tensor1D])[] = []
  tidy(() => {
    const { pooled, place } = maximumPlaces(features, axes)
    const result = [relu(pooled), packPlaces(place, count)] as const
    results.push(result)
    return [...result]
  })
  return results[0] as readonly [Tensor4D, Tensor1D]
}

function checkActivation(activation: 'relu' | ((x: Tensor) => Tensor)): void {
  if (activation === 'relu' || activation === relu) return
  const accelerated = typeof activation === 'function' && 'accelerated' in activation && activation.accelerated === true
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    accelerated
      ? 'reluMaxPool: `activation` must be ReLU, got an accelerated one (GAAF). It passes gradient where S is below 0, ' +
          'and that S is not kept here. Use maxPool(activation(S)).'
      : "reluMaxPool: `activation` must be 'relu', got another one. Only ReLU's slope can be told from the pooled " +
          'output. Use maxPool(activation(S)).',
  )
}
