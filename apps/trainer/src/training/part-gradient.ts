import { type Tree, valueAndGrad } from '@gg/core'
import { type ChannelStatistics, type ImageBatch, toTensors } from '@gg/data'
import type { BatchStats, ModelWithStats, Sites } from '@gg/models'
import type { Scalar } from '@tensorflow/tfjs-core'
import { partOfLoss } from './loss.ts'

/** What a gradient is taken of. */
export interface GradientProblem {
  readonly model: ModelWithStats
  readonly sites: Sites | undefined
  readonly normalization: ChannelStatistics
  readonly labelSmoothing: number
}

/** Weights and statistics, borrowed. */
export type Weights = {
  readonly params: Tree
  readonly stats: BatchStats
}

/** The share of some images in the loss of a batch and in its gradients. All tensors are the caller's. */
export interface PartGradient {
  readonly loss: Scalar
  readonly grads: Tree
  /** The running statistics, moved by these images. */
  readonly stats: BatchStats
}

/**
 * Loss and gradients of a part of a batch.
 *
 * @param problem - The network and its loss.
 * @param weights - Where the gradient is taken.
 * @param part - The images.
 * @param batchSize - The number of images in the whole batch.
 * @param dropoutSeed - Chooses what dropout drops.
 */
export function partGradient(
  { model, sites, normalization, labelSmoothing }: GradientProblem,
  { params, stats }: Weights,
  part: ImageBatch,
  batchSize: number,
  dropoutSeed: number,
): PartGradient {
  const batch = toTensors(part, normalization)
  try {
    const { value, grads, aux } = valueAndGrad(
      (at: Tree): readonly [Scalar, { readonly stats: BatchStats }] => {
        const applied = model.applyWithStats(at, stats, batch.images, { training: true, sites, dropoutSeed })
        return [partOfLoss(applied.logits, batch, { labelSmoothing, batchSize }), { stats: applied.stats }]
      },
      { hasAux: true },
    )(params)
    return { loss: value, grads, stats: aux.stats }
  } finally {
    for (const tensor of [batch.images, batch.labels]) tensor.dispose()
    batch.mixup?.labels.dispose()
    batch.mixup?.weights.dispose()
  }
}
