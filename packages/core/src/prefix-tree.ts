import type { Tensor } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { children, isLeaf, joinPath, showPath, type Tree } from './tree.ts'
import { namedLeaves } from './tree-leaves.ts'

/**
 * A value for each leaf of a tree, or for a whole branch at once: `{ conv1: true, dense: { kernel: true, bias: false } }`
 * says `true` for everything below `conv1`.
 */
export type PrefixTree<V extends boolean | string> =
  | V
  | readonly PrefixTree<V>[]
  | { readonly [name: string]: PrefixTree<V> }

/** A value for each leaf: written out as a prefix tree, or decided from its path and tensor. */
export type PerLeaf<V extends boolean | string> = PrefixTree<V> | ((path: string, leaf: Tensor) => V)

/** The value for each leaf, by path. `name` is the function that speaks in errors, `argument` what it calls the values. */
export function resolvePerLeaf<V extends boolean | string>(
  name: string,
  argument: string,
  values: PerLeaf<V>,
  tree: Tree,
): ReadonlyMap<string, V> {
  if (typeof values === 'function') return new Map(namedLeaves(tree).map(([path, leaf]) => [path, values(path, leaf)]))
  const resolved = new Map<string, V>()
  const walk = (prefix: PrefixTree<V>, node: Tree, path: string): void => {
    if (typeof prefix !== 'object') {
      for (const [below] of namedLeaves(node)) resolved.set(below === '' ? path : joinPath(path, below), prefix)
      return
    }
    if (isLeaf(node)) throw mismatch(name, argument, path, 'one value for this tensor', `{${Object.keys(prefix)}}`)
    const entries = children(node)
    const found = new Map<string, PrefixTree<V>>(Object.entries(prefix))
    for (const [key, child] of entries) {
      const value = found.get(key)
      if (value === undefined) throw mismatch(name, argument, joinPath(path, key), 'a value', 'nothing')
      found.delete(key)
      walk(value, child, joinPath(path, key))
    }
    // A branch without leaves stands for one that an outer mask took away: what is said of it has no effect.
    const [extra] = found.keys()
    if (extra !== undefined && entries.length > 0) {
      throw mismatch(name, argument, joinPath(path, extra), 'nothing (the tree has no such name)', 'a value')
    }
  }
  walk(values, tree, '')
  return resolved
}

function mismatch(
  name: string,
  argument: string,
  path: string,
  expected: string,
  found: string,
): GradientTransformationError {
  return new GradientTransformationError(
    'STRUCTURE_MISMATCH',
    `${name}: \`${argument}\` must have ${expected} at ${showPath(path)}, got ${found}. ` +
      'Give it the names of the tree it is applied to, or a function of the path.',
  )
}
