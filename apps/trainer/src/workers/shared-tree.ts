import { namedLeaves, type Tree, treeMapWithPath } from '@gg/core'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'

/** Where the numbers of a tree lie in memory that threads share: by path, so that no order of names matters. */
export type TreeLayout = { readonly [path: string]: { readonly start: number; readonly shape: readonly number[] } }

/** The layout of a tree of float32 tensors behind `start` other numbers, and where it ends. */
export function layOut(tree: Tree, start: number): { readonly layout: TreeLayout; readonly end: number } {
  let end = start
  const rows = namedLeaves(tree).map(([path, { shape, size }]) => {
    const row = [path, { start: end, shape }] as const
    end += size
    return row
  })
  return { layout: Object.fromEntries(rows), end }
}

/** Copies a tree into shared memory. All reads are begun before any is waited for. */
export async function writeTree(layout: TreeLayout, tree: Tree, memory: Float32Array): Promise<void> {
  await Promise.all(
    namedLeaves(tree).map(async ([path, leaf]) =>
      memory.set((await leaf.data()) as Float32Array, placeOf(layout, path).start),
    ),
  )
}

/** A tree from shared memory, of new tensors; `like` gives the structure. */
export function readTree<T extends Tree>(layout: TreeLayout, like: T, memory: Float32Array): T {
  return treeMapWithPath((path): Tensor => {
    const { start, shape } = placeOf(layout, path)
    const size = shape.reduce((product, n) => product * n, 1)
    // Copied: backends may keep the array, and the memory changes with the next step.
    return tensor(memory.slice(start, start + size), [...shape], 'float32')
  }, like)
}

function placeOf(layout: TreeLayout, path: string): TreeLayout[string] {
  const place = layout[path]
  if (place === undefined) throw new RangeError(`No place in shared memory for '${path}'.`)
  return place
}
