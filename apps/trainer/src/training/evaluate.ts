import { batches, type ImageBatch, prefetch, type ToTensorsOptions, toTensors } from '@gg/data'
import type { ModelWithStats } from '@gg/models'
import { softmaxCrossEntropyWithIntegerLabels } from '@gg/optim'
import { argMax, sum, tidy } from '@tensorflow/tfjs-core'
import type { Images } from '../names/datasets.ts'
import { nextTurn } from './next-turn.ts'
import type { Weights } from './part-gradient.ts'

/** How good a model is on images that it has not learned from. */
export interface Evaluation {
  /** Mean cross-entropy over the images. */
  readonly loss: number
  /** The part of the images whose label has the greatest logit, 0 to 1. */
  readonly accuracy: number
  /** How many images of the class of a row were taken for the class of a column. */
  readonly confusion: readonly (readonly number[])[]
}

/** Settings of `evaluate`. */
export interface EvaluateOptions {
  /** What the model was trained with. */
  readonly normalization?: ToTensorsOptions
  /** Images at a time; 256 unless given. It has no effect on the accuracy, and on the loss only by rounding. */
  readonly batchSize?: number
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Loss and accuracy on a data set, without gradients.
 *
 * Memory: borrows the weights; nothing is left.
 *
 * @returns nothing if the signal ended it
 */
export async function evaluate(
  model: ModelWithStats,
  { params, stats }: Weights,
  dataset: Images,
  { normalization = {}, batchSize = 256, signal }: EvaluateOptions = {},
): Promise<Evaluation | undefined> {
  let loss = 0
  const { length } = dataset.classNames
  const confusion = Array.from({ length }, () => new Array<number>(length).fill(0))
  const options = { batchSize, shuffle: false }
  const all = 'read' in dataset ? batches(dataset, options) : batches(dataset, options)
  for await (const batch of prefetch<ImageBatch>(all)) {
    if (signal?.aborted) return undefined
    const [sums, predicted] = tidy(() => {
      const { images, labels } = toTensors(batch, normalization)
      const { logits } = model.applyWithStats(params, stats, images)
      return [sum(softmaxCrossEntropyWithIntegerLabels(logits, labels)), argMax(logits, 1)] as const
    })
    const [[batchLoss = Number.NaN], classes] = await Promise.all([sums.data(), predicted.data()])
    sums.dispose()
    predicted.dispose()
    loss += batchLoss
    for (const [i, label] of batch.labels.entries()) {
      const row = confusion[label]
      const column = classes[i] ?? 0
      if (row !== undefined) row[column] = (row[column] ?? 0) + 1
    }
    await nextTurn()
  }
  const correct = confusion.reduce((count, row, i) => count + (row[i] ?? 0), 0)
  return { loss: loss / dataset.size, accuracy: correct / dataset.size, confusion }
}
