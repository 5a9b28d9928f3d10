import { batches, type ImageBatch, prefetch, type ToTensorsOptions, toTensors } from '@gg/data'
import type { ModelWithStats } from '@gg/models'
import { softmax, tidy } from '@tensorflow/tfjs-core'
import type { Images } from '../names/datasets.ts'
import { nextTurn } from '../training/next-turn.ts'
import type { Weights } from '../training/part-gradient.ts'
import { encodeThumbnail } from './encode-thumbnail.ts'
import type { Mistake, TestLine } from './report-lines.ts'

/** How many mistakes are kept. */
const MISTAKES = 24

/** How test images are judged. */
export interface JudgeOptions {
  /** What the model was trained with. */
  readonly normalization?: ToTensorsOptions
  /** Images at a time; 256 unless given. */
  readonly batchSize?: number
}

/**
 * What a model takes test images for: how often which class for which, and the mistakes of which it is surest.
 *
 * Memory: borrows the weights; nothing is left.
 */
export async function judgeTestImages(
  model: ModelWithStats,
  { params, stats }: Weights,
  images: Images,
  { normalization = {}, batchSize = 256 }: JudgeOptions = {},
): Promise<Pick<TestLine, 'classNames' | 'confusion' | 'mistakes'>> {
  const { classNames, shape } = images
  const confusion = classNames.map(() => classNames.map(() => 0))
  let mistakes: readonly Mistake[] = []
  const options = { batchSize, shuffle: false }
  const all = 'read' in images ? batches(images, options) : batches(images, options)
  for await (const batch of prefetch<ImageBatch>(all)) {
    const output = tidy(() => {
      const { images: pixels } = toTensors(batch, normalization)
      return softmax(model.applyWithStats(params, stats, pixels).logits)
    })
    const probabilities = await output.data()
    output.dispose()
    const found: Mistake[] = []
    for (let i = 0; i < batch.size; i++) {
      const own = probabilities.subarray(i * classNames.length, (i + 1) * classNames.length) as Float32Array
      const label = batch.labels[i] ?? 0
      const predicted = own.indexOf(Math.max(...own))
      const row = confusion[label]
      // A model that has diverged gives NaN to all classes, and predicts none.
      if (row === undefined || predicted < 0) continue
      row[predicted] = (row[predicted] ?? 0) + 1
      if (predicted === label) continue
      const probability = own[predicted] ?? 0
      if (probability <= (mistakes[MISTAKES - 1]?.probability ?? 0)) continue
      const values = shape.reduce((product, n) => product * n, 1)
      found.push({
        index: batch.indices[i] ?? 0,
        label,
        predicted,
        probability: Number(probability.toPrecision(5)),
        labelProbability: Number((own[label] ?? 0).toPrecision(5)),
        png: encodeThumbnail(batch.images.subarray(i * values, (i + 1) * values), shape),
      })
    }
    mistakes = [...mistakes, ...found].sort((a, b) => b.probability - a.probability).slice(0, MISTAKES)
    await nextTurn()
  }
  return { classNames, confusion, mistakes }
}
