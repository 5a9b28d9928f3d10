import { lessEqual, relu, type Tensor, where, zerosLike } from '@tensorflow/tfjs-core'
import { fusedKernel } from './fused-kernel.ts'
import { withGradient } from './with-gradient.ts'

/** What stands directly behind a feature site, and is done with it as one node of the tape. */
export interface SiteOptions {
  /**
   * A ReLU: the result is that of the ReLU, and the transformation gets the gradient that has come through it, as if the
   * ReLU were an operation of its own. It saves a node, a copy of the map and, for transformations that know a ReLU
   * (`gate`, `lateralMask`, chains of them), a pass over memory. `false` by default.
   */
  readonly relu?: boolean
}

/** What a site does on the way back. */
export interface BackwardPass {
  /** The gradient of the features. */
  transform(dy: Tensor, features: Tensor): Tensor
  /** The same of a gradient behind a ReLU, from the ReLU's output, if that can be told from it. */
  readonly transformThroughRelu?: ((dy: Tensor, activations: Tensor) => Tensor) | undefined
}

/** A site and what is behind it, as one node of the tape. */
export function siteNode<T extends Tensor>(
  name: string,
  features: T,
  { transform, transformThroughRelu }: BackwardPass,
  { relu: followed = false }: SiteOptions = {},
): T {
  if (!followed) return withGradient(name, features, (x) => x, transform)
  if (transformThroughRelu !== undefined) return withGradient(name, features, relu, transformThroughRelu, 'result')
  return withGradient(name, features, relu, (dy, x) => transform(gradientOfRelu(dy, x), x))
}

/** The gradient that comes through a ReLU, from its input or its output. */
function gradientOfRelu(dy: Tensor, x: Tensor): Tensor {
  // What x shuts off is 0, whatever dy is; where x is NaN, dy goes through. PyTorch does both.
  const plain = (): Tensor[] => [where(lessEqual(x, 0), zerosLike(dy), dy)]
  return fusedKernel('GgReluGrad', { dy, x }, {}, plain)[0] as Tensor
}
