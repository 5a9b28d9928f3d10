import { type Tree, treeLeaves } from '@gg/core'
import type { ModelWithStats } from './model.ts'

/**
 * The number of numbers in a tree of parameters, or in the parameters that a model would make. Running statistics are
 * not trained and not counted, as in the papers.
 *
 * @param from - Any tree, or a model.
 *
 * @example
 * ```ts
 * import { countParams, lenet } from '@gg/models'
 *
 * console.log(countParams(lenet().init(0)), countParams(lenet())) // → 61706 61706
 * ```
 */
export function countParams(from: Tree | ModelWithStats): number {
  if (!isModel(from)) return treeLeaves(from).reduce((count, leaf) => count + leaf.size, 0)
  const specs = from.rows.flatMap(({ params }) => Object.values(params))
  return specs.reduce((count, { shape }) => count + shape.reduce((product, size) => product * size, 1), 0)
}

function isModel(from: Tree | ModelWithStats): from is ModelWithStats {
  return 'applyWithStats' in from && typeof from.applyWithStats === 'function'
}
