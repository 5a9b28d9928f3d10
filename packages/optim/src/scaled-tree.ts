import { fusedTreeMap, type Tree } from '@gg/core'
import { mul, scalar, type Tensor } from '@tensorflow/tfjs-core'

/** `factor · updates`. */
export function scaledTree<U extends Tree>(updates: U, factor: number): U {
  const plain = (): ((g: Tensor) => Tensor[]) => {
    // One tensor for the factor, not one for each leaf, which is what a number would become.
    const tensor = scalar(factor)
    return (g) => [mul(g, tensor)]
  }
  return fusedTreeMap({ name: 'GgScale', attrs: { factor }, results: 1, plain }, updates)[0] as U
}
