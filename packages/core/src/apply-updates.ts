import { add, cast, type Tensor } from '@tensorflow/tfjs-core'
import { checkSameShapes } from './check-same-shapes.ts'
import { fusedTreeMap } from './fused-tree-map.ts'
import { tidyResult } from './tidy-result.ts'
import type { Tree } from './tree.ts'

/**
 * `params + updates`, leaf by leaf, in the dtype of the parameters.
 *
 * Memory: borrows both; the result is new.
 *
 * @param params - The weights.
 * @param updates - What a chain that ends in `scaleByLearningRate` made of their gradients.
 * @throws GradientTransformationError `STRUCTURE_MISMATCH` or `SHAPE_MISMATCH`, naming the path.
 *
 * @example
 * ```ts
 * import { applyUpdates } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const params = applyUpdates({ w: tf.scalar(1) }, { w: tf.scalar(-0.25) })
 * console.log(params.w.arraySync()) // → 0.75
 * ```
 */
export function applyUpdates<P extends Tree>(params: P, updates: Tree): P {
  checkSameShapes('applyUpdates', 'updates', updates, 'params', params)
  const sumOf = (param: Tensor, update: Tensor): Tensor[] => {
    const sum = add(param, update)
    return [sum.dtype === param.dtype ? sum : cast(sum, param.dtype)]
  }
  const kernel = { name: 'GgAddScaled', attrs: { factor: 1 }, results: 1, plain: () => sumOf } as const
  return tidyResult([params, updates], () => fusedTreeMap(kernel, params, updates)[0] as P)
}
