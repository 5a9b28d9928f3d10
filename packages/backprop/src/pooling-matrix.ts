import {
  cast,
  expandDims,
  mul,
  oneHot,
  reshape,
  stack,
  sum,
  type Tensor2D,
  tensor1d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core'
import { checkTensor } from './check-arguments.ts'
import { maximumPlaces } from './maximum-places.ts'
import { type Size2d, type WindowOptions, windowGeometry } from './window-geometry.ts'

/**
 * The matrix `P_pool` of zeros and ones that max pooling multiplies with: `vec(pooled) = P_pool · vec(map)`.
 *
 * On the way back `∂ξ/∂vec(S)ᵀ = ∂ξ/∂vec(Z)ᵀ P_pool` puts each gradient to the place that was selected (Chih-Jen Lin).
 * To be read; `reluMaxPool` does the same without the matrix.
 *
 * As in the source, `vec` stacks columns: number `i + height·j` is row `i`, column `j`. Ties go to the first maximum, row
 * by row, as in tfjs on cpu and in PyTorch.
 *
 * Shapes: `[height, width]` to `[positions, height·width]`, float32. Deterministic. Memory: borrows `map`; the result is
 * new.
 *
 * @param map - One channel of one sample.
 * @param filterSize - Height and width of the window.
 * @param options - Strides, by default the window's size, and padding.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, as for `im2col`.
 *
 * @example
 * ```ts
 * import { poolingMatrix } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const map = tf.tensor2d([[3, 2, 3, 6], [4, 5, 4, 9], [2, 1, 2, 6], [3, 4, 3, 2]])
 * const matrix = poolingMatrix(map, 2)
 * console.log(matrix.arraySync().map((row) => row.indexOf(1) + 1)) // → [ 6, 8, 14, 15 ]
 * ```
 */
export function poolingMatrix(map: Tensor2D, filterSize: Size2d, options: WindowOptions = {}): Tensor2D {
  checkTensor('poolingMatrix', 'map', map, 2)
  const [height, width] = map.shape
  const axes = windowGeometry('poolingMatrix', [height, width], filterSize, { strides: filterSize, ...options })
  const [down, across] = axes
  return tidy(() => {
    const place = maximumPlaces(reshape(map, [1, height, width, 1]), axes).place
    // Which number of vec(map) each place of the window is, position by position.
    const rows = Array.from({ length: across.positions }, (_, q) =>
      Array.from({ length: down.positions }, (_, p) => {
        const seen = Array.from({ length: down.window * across.window }, (_, k) => {
          const i = p * down.stride - down.before + Math.floor(k / across.window)
          const j = q * across.stride - across.before + (k % across.window)
          const within = i >= 0 && i < height && j >= 0 && j < width
          return within ? i + height * j : -1
        })
        // Outside of the map there is no number: a row of zeros.
        return oneHot(tensor1d(seen, 'int32'), height * width)
      }),
    ).flat()
    const order = reshape(transpose(reshape(place, [down.positions, across.positions])), [-1])
    const chosen = oneHot(cast(order, 'int32'), down.window * across.window)
    return sum(mul(expandDims(cast(chosen, 'float32'), 2), cast(stack(rows), 'float32')), 1)
  })
}
