import type { Tree } from '@gg/core'
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { Sites } from './create-sites.ts'

/** Height, width and channels of the images that a model takes. */
export type ImageShape = readonly [height: number, width: number, channels: number]

/** How a model is to be applied. */
export interface ApplyOptions {
  /** `true` while training. `false` by default: then the sites are the identity and cost nothing. */
  readonly training?: boolean
  /** The sites of this model at which gradients are transformed, from `createSites(model.sites, ...)`. */
  readonly sites?: Sites | undefined
}

/**
 * A network as pure functions: it holds no weights, it makes and takes them.
 *
 * Memory: `init` and `apply` return new tensors, which are the caller's, and leave nothing else behind, on error paths
 * too. `apply` borrows what it is given.
 *
 * @typeParam P - The parameters, a tree of float32 tensors.
 */
export interface Model<P extends Tree = Tree> {
  /** Such as `lenet`. */
  readonly name: string
  /** The shape of one input. */
  readonly inputShape: ImageShape
  /** The number of logits. */
  readonly classes: number
  /** The names of all feature sites, in the order of the forward pass: `conv1/output`, `conv1/activation`, ... */
  readonly sites: readonly string[]
  /**
   * New parameters, the caller's. A parameter's values follow from the seed and its path alone, and are the same on
   * every machine and backend.
   *
   * @param seed - A whole number from 0 to 2⁵³ - 1.
   */
  init(seed: number): P
  /**
   * The logits `[batch, classes]`, new and the caller's. Borrows its arguments.
   *
   * @param params - What `init` returned, or what training made of it.
   * @param x - `[batch, height, width, channels]`, float32.
   * @param options - Training or not, and the sites.
   * @throws ModelError `SHAPE_MISMATCH` for an input or parameters of another shape; `INVALID_ARGUMENT` for an input
   *   that is not float32, `sites` of another model, or `sites` without saying whether this is `training`.
   */
  apply(params: P, x: Tensor4D, options?: ApplyOptions): Tensor2D
}
