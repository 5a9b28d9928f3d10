import { Tensor } from '@tensorflow/tfjs-core'

/**
 * A tensor, or an array or record of trees: parameters, gradients and updates all have this form.
 *
 * A `NamedTensorMap` is a tree, and so is a single tensor. A record or array without entries is a tree without leaves.
 * Declare your own parameters with `type`, not `interface`: TypeScript lets only the former stand for an indexed record.
 */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree }

/** True for a leaf. Tensors of another copy of tfjs count: tfjs compares by form, not by class. */
export function isLeaf(tree: unknown): tree is Tensor {
  return tree instanceof Tensor
}

/** The children of an inner node with their names; the names of an array's children are their positions. */
export function children(
  node: readonly Tree[] | { readonly [name: string]: Tree },
): readonly (readonly [string, Tree])[] {
  return Object.entries(node)
}

/**
 * A node like this one with other children. The copy has the hidden class of the original, which makes it, and every later
 * access to it, faster than a record made of entries.
 */
export function mapChildren<C, N extends readonly C[] | { readonly [name: string]: C }>(
  node: N,
  f: (child: C, name: string) => C,
): N {
  if (Array.isArray(node)) return node.map((child: C, i) => f(child, String(i))) as unknown as N
  const copy: { [name: string]: C } = { ...(node as { readonly [name: string]: C }) }
  for (const name of Object.keys(copy)) copy[name] = f(copy[name] as C, name)
  return copy as N
}

/** The name of a child: `conv1` and `kernel` give `conv1/kernel`. The root's own name is empty. */
export function joinPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`
}

/** A path as it stands in error messages. */
export function showPath(path: string): string {
  return path === '' ? 'the root' : `'${path}'`
}
