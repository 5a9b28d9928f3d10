import type { Schedule } from '@gg/core'
import { type Augmentation, batches, type ImageBatch, prefetch } from '@gg/data'
import type { ModelWithStats } from '@gg/models'
import type { TrainConfig } from '../config/train-config.ts'
import { DATASETS, type Images, type TrainTestData } from '../names/datasets.ts'
import { TrainingError } from '../training-error.ts'
import { evaluate } from './evaluate.ts'
import type { Learner } from './learner.ts'
import { createLossMeter } from './loss-meter.ts'
import type { EpochMetrics, StepMetrics } from './metrics.ts'
import { nextTurn } from './next-turn.ts'

/** How many step lines there are in an epoch, at most. */
const LINES_PER_EPOCH = 50

/** What helps against divergence, in the words of settings and options alike. */
const REMEDY = 'A lower learning rate (--lr) or shorter gradients (--clip 1) may help.'

/** What an epoch needs. */
export interface Run {
  readonly config: TrainConfig
  readonly data: TrainTestData
  readonly model: ModelWithStats
  readonly learner: Learner
  readonly augment: Augmentation | undefined
  readonly learningRate: Schedule
  readonly report: (event: StepMetrics | EpochMetrics) => void
  readonly signal: AbortSignal | undefined
}

/** All epochs, each with a test at its end; `stopped` if the signal ended them. */
export async function runEpochs(run: Run): Promise<'completed' | 'stopped'> {
  const { config, data, model, learner, learningRate, signal } = run
  const stepsPerEpoch = Math.ceil(data.train.size / config.batchSize)
  const start = performance.now()
  for (let epoch = 1; epoch <= config.epochs; epoch++) {
    const epochStart = performance.now()
    const trainLoss = await runEpoch(run, data.train, epoch)
    const imagesPerSecond = data.train.size / ((performance.now() - epochStart) / 1000)
    if (trainLoss === undefined) return 'stopped'
    const { normalization } = DATASETS[config.data]
    const tested = await evaluate(model, learner.evaluated, data.test, { normalization, signal })
    if (tested === undefined) return 'stopped'
    if (!Number.isFinite(tested.loss)) {
      throw new TrainingError(
        'DIVERGED',
        `Training diverged: the test loss is ${tested.loss} after epoch ${epoch}. ${REMEDY}`,
      )
    }
    const step = epoch * stepsPerEpoch
    run.report({
      kind: 'epoch',
      epoch,
      step,
      trainLoss,
      testLoss: tested.loss,
      testAccuracy: tested.accuracy,
      learningRate: learningRate(step - 1),
      imagesPerSecond,
      seconds: (performance.now() - start) / 1000,
    })
  }
  return 'completed'
}

/** The mean training loss, or nothing if the signal ended the epoch. */
async function runEpoch(run: Run, images: Images, epoch: number): Promise<number | undefined> {
  const { config, learner, learningRate, augment, signal } = run
  const { batchSize, seed } = config
  const options = { batchSize, seed, epoch: epoch - 1, ...(augment && { augment }) }
  const epochBatches = 'read' in images ? batches(images, options) : batches(images, options)
  const { length } = epochBatches
  const interval = Math.ceil(length / LINES_PER_EPOCH)
  const before = (epoch - 1) * length
  const meter = createLossMeter()
  let done = 0
  const reportStep = (): void => {
    const step = before + done
    const trainLoss = meter.read()
    run.report({ kind: 'step', epoch: step / length, step, trainLoss, learningRate: learningRate(step - 1) })
  }
  for await (const batch of prefetch<ImageBatch>(epochBatches)) {
    if (signal?.aborted) {
      if (done % interval > 0) reportStep()
      return undefined
    }
    const loss = await learner.learn(batch, before + done)
    if (!Number.isFinite(loss)) {
      const where = `step ${done + 1} of epoch ${epoch} (learning rate ${learningRate(before + done)})`
      throw new TrainingError('DIVERGED', `Training diverged: the loss is ${loss} at ${where}. ${REMEDY}`)
    }
    meter.add(loss, batch.size)
    done++
    if (done % interval === 0 || done === length) reportStep()
    await nextTurn()
  }
  return meter.mean()
}
