import type { Optimizer, Schedule, Tree } from '@gg/core'
import { batches, type ImageBatch, type ImageDataset, toTensors } from '@gg/data'
import type { Model, Sites } from '@gg/models'
import { softmaxCrossEntropyWithIntegerLabels } from '@gg/optim'
import { mean, type Scalar } from '@tensorflow/tfjs-core'
import type { TrainConfig } from '../config/train-config.ts'
import { DATASETS, type TrainTestData } from '../names/datasets.ts'
import { TrainingError } from '../training-error.ts'
import { evaluate } from './evaluate.ts'
import { createLossMeter, REMEDY } from './loss-meter.ts'
import type { EpochMetrics, StepMetrics } from './metrics.ts'
import { nextTurn } from './next-turn.ts'

/** How many step lines there are in an epoch, at most. */
const LINES_PER_EPOCH = 50

/** What an epoch needs. */
export interface Run {
  readonly config: TrainConfig
  readonly data: TrainTestData
  readonly model: Model
  readonly sites: Sites | undefined
  readonly optimizer: Optimizer<Tree>
  readonly learningRate: Schedule
  readonly report: (event: StepMetrics | EpochMetrics) => void
  readonly signal: AbortSignal | undefined
}

/** All epochs, each with a test at its end; `stopped` if the signal ended them. */
export async function runEpochs(run: Run): Promise<'completed' | 'stopped'> {
  const { config, data, model, optimizer, learningRate, signal } = run
  const stepsPerEpoch = Math.ceil(data.train.size / config.batchSize)
  const start = performance.now()
  for (let epoch = 1; epoch <= config.epochs; epoch++) {
    const epochStart = performance.now()
    const trainLoss = await runEpoch(run, data.train, epoch)
    const imagesPerSecond = data.train.size / ((performance.now() - epochStart) / 1000)
    if (trainLoss === undefined) return 'stopped'
    const { normalization } = DATASETS[config.data]
    const tested = await evaluate(model, optimizer.params, data.test, { normalization, signal })
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
async function runEpoch(run: Run, dataset: ImageDataset, epoch: number): Promise<number | undefined> {
  const { config, learningRate, signal } = run
  const { batchSize, seed } = config
  const epochBatches = batches(dataset, { batchSize, seed, epoch: epoch - 1 })
  const { length } = epochBatches
  const interval = Math.ceil(length / LINES_PER_EPOCH)
  const before = (epoch - 1) * length
  const meter = createLossMeter((i) => `step ${i + 1} of epoch ${epoch} (learning rate ${learningRate(before + i)})`)
  let done = 0
  const reportStep = async (): Promise<void> => {
    const step = before + done
    const trainLoss = await meter.read()
    run.report({ kind: 'step', epoch: step / length, step, trainLoss, learningRate: learningRate(step - 1) })
  }
  try {
    for (const batch of epochBatches) {
      if (signal?.aborted) {
        if (done % interval > 0) await reportStep()
        return undefined
      }
      meter.add(trainStep(run, batch), batch.size)
      done++
      if (done % interval === 0 || done === length) await reportStep()
      await nextTurn()
    }
    return meter.mean()
  } finally {
    meter.dispose()
  }
}

/** One update from one batch; returns the loss before it. */
function trainStep({ config, model, sites, optimizer }: Run, batch: ImageBatch): Scalar {
  const { images, labels } = toTensors(batch, DATASETS[config.data].normalization)
  try {
    return optimizer.minimize((params) => {
      const logits = model.apply(params, images, { training: true, sites })
      return mean(softmaxCrossEntropyWithIntegerLabels(logits, labels)) as Scalar
    })
  } finally {
    images.dispose()
    labels.dispose()
  }
}
