import { add, cast } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { tidyResult } from './tidy-result.ts'
import { showPath, type Tree } from './tree.ts'
import { treeMapWithPath } from './tree-map.ts'

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
  const apply = () =>
    treeMapWithPath(
      (path, param, update) => {
        const sum = add(param, update)
        // Adding broadcasts; an update that does is a mistake, not a wish.
        if (sum.size !== param.size || sum.rank !== param.rank || update.size !== param.size) {
          throw new GradientTransformationError(
            'SHAPE_MISMATCH',
            `applyUpdates: \`updates\` must have the shapes of \`params\`, got [${update.shape}] for [${param.shape}] ` +
              `at ${showPath(path)}.`,
          )
        }
        return cast(sum, param.dtype)
      },
      params,
      updates,
    )
  return tidyResult([params, updates], apply)
}
