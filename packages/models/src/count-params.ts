import { type Tree, treeLeaves } from '@gg/core'

/**
 * The number of numbers in a tree of parameters.
 *
 * @param params - Any tree.
 *
 * @example
 * ```ts
 * import { countParams, lenet } from '@gg/models'
 *
 * console.log(countParams(lenet().init(0))) // → 61706
 * ```
 */
export function countParams(params: Tree): number {
  return treeLeaves(params).reduce((count, leaf) => count + leaf.size, 0)
}
