import type { Tree } from '@gg/core'
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { NormalizationParams } from './batch-norm.ts'
import type { BatchStats } from './batch-stats.ts'
import type { Sites } from './create-sites.ts'
import type { NetRow } from './describe-net.ts'

/** Height, width and channels of the images that a model takes. */
export type ImageShape = readonly [height: number, width: number, channels: number]

/** How a model is to be applied. */
export interface ApplyOptions {
  /**
   * `true` while training. `false` by default: then the sites are the identity and cost nothing, dropout drops nothing,
   * and batch norm uses the running statistics.
   */
  readonly training?: boolean
  /** The sites of this model at which gradients are transformed, from `createSites(model.sites, ...)`. */
  readonly sites?: Sites | undefined
  /**
   * Chooses what dropout drops while training: a whole number from 0 to 2⁵³ - 1, another one at each step. Needed by
   * models with dropout, without effect on others.
   */
  readonly dropoutSeed?: number | undefined
}

/** What a model with statistics returns. All tensors are new and the caller's. */
export type LogitsAndStats = {
  /** `[batch, classes]`. */
  readonly logits: Tensor2D
  /** The running statistics after this call: moved by the batch while training, a copy of those given otherwise. */
  readonly stats: BatchStats
}

/**
 * A network as pure functions, with running statistics of batch norm that come in and go out: `Model` is the kind that
 * needs none. It holds no weights and no statistics, it makes and takes them.
 *
 * Statistics leave a loss as its `aux`, see the example of `cifarResnet`.
 *
 * Memory: all functions return new tensors, which are the caller's, and leave nothing else behind, on error paths too.
 * They borrow what they are given.
 *
 * @typeParam P - The parameters, a tree of float32 tensors.
 */
export interface ModelWithStats<P extends Tree = Tree> {
  /** Such as `lenet`. */
  readonly name: string
  /** The shape of one input. */
  readonly inputShape: ImageShape
  /** The number of logits. */
  readonly classes: number
  /** The names of all feature sites, in the order of the forward pass: `conv1/output`, `conv1/activation`, ... */
  readonly sites: readonly string[]
  /** The steps of the network in order, for `summary` and its kin. */
  readonly rows: readonly NetRow[]
  /**
   * New parameters, the caller's. A parameter's values follow from the seed and its path alone, and are the same on
   * every machine and backend.
   *
   * @param seed - A whole number from 0 to 2⁵³ - 1.
   */
  init(seed: number): P
  /** New running statistics, the caller's: mean 0, variance 1, as in PyTorch. */
  initStats(): BatchStats
  /**
   * The logits and the running statistics after the call. Borrows its arguments.
   *
   * @param params - What `init` returned, or what training made of it.
   * @param stats - What `initStats` or the last call returned.
   * @param x - `[batch, height, width, channels]`, float32.
   * @param options - Training or not, the sites, and the seed of dropout.
   * @throws ModelError `SHAPE_MISMATCH` for an input, parameters or statistics of another shape, and for a batch that
   *   leaves one number of a channel while training with batch norm; `INVALID_ARGUMENT` for an input that is not
   *   float32, `sites` of another model, `sites` without saying whether this is `training`, or training with dropout
   *   without `dropoutSeed`.
   */
  applyWithStats(params: P, stats: BatchStats, x: Tensor4D, options?: ApplyOptions): LogitsAndStats
}

/**
 * A network as pure functions, without batch norm: it holds no weights, it makes and takes them. Its `initStats` and
 * `applyWithStats` are there so that a program can treat all models alike; its statistics are `{}`.
 *
 * Memory: as `ModelWithStats`.
 *
 * @typeParam P - The parameters, a tree of float32 tensors.
 */
export interface Model<P extends Tree = Tree> extends ModelWithStats<P> {
  /**
   * The logits `[batch, classes]`, new and the caller's. Borrows its arguments.
   *
   * @param params - What `init` returned, or what training made of it.
   * @param x - `[batch, height, width, channels]`, float32.
   * @param options - Training or not, the sites, and the seed of dropout.
   * @throws ModelError what `applyWithStats` throws.
   */
  apply(params: P, x: Tensor4D, options?: ApplyOptions): Tensor2D
}

/** A model whose statistics are part of its type: `ModelWithStats` if it has batch norm, `Model` if not. */
export type ModelFor<P extends Tree, B extends boolean> = B extends true ? ModelWithStats<P> : Model<P>

/** A layer's parameters: its kernel, and a bias or, with batch norm, what that has in its place. */
export type UnitParams<K extends { readonly kernel: Tree; readonly bias: Tensor1D }, B extends boolean> = B extends true
  ? { readonly kernel: K['kernel']; readonly normalization: NormalizationParams }
  : K
