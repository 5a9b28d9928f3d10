import { GradientTransformationError } from './gradient-transformation-error.ts'
import { showPath, type Tree } from './tree.ts'
import { treeZip } from './tree-leaves.ts'

/**
 * Throws unless two trees have one structure and their leaves have the same shapes. tfjs would broadcast, and a bias
 * that is updated with the gradient of another one would pass unnoticed.
 */
export function checkSameShapes(name: string, argument: string, given: Tree, like: string, expected: Tree): void {
  for (const [path, leaf, found] of treeZip(expected, given)) {
    if (leaf.rank === found.rank && leaf.shape.every((size, i) => size === found.shape[i])) continue
    throw new GradientTransformationError(
      'SHAPE_MISMATCH',
      `${name}: \`${argument}\` must have the shapes of \`${like}\`, got [${found.shape}] for [${leaf.shape}] at ` +
        `${showPath(path)}. Pass trees that belong together, such as params and their gradients.`,
    )
  }
}
