import '@gg/core/register-gradients'
import { createOptimizer, type Optimizer, type Schedule, type Tree } from '@gg/core'
import { batches, type ImageDataset, toTensors } from '@gg/data'
import { countParams, type Model, type Sites } from '@gg/models'
import { softmaxCrossEntropyWithIntegerLabels } from '@gg/optim'
import { mean, type Scalar } from '@tensorflow/tfjs-core'
import { startBackend } from './backends.ts'
import { DATASETS, type TrainTestData } from './datasets.ts'
import { evaluate } from './evaluate.ts'
import { createLossMeter, REMEDY } from './loss-meter.ts'
import type { EpochMetrics, Metrics, StepMetrics } from './metrics.ts'
import { MODELS } from './models.ts'
import { nextTurn } from './next-turn.ts'
import { createUpdateRule } from './optimizers.ts'
import { placeSites } from './place-sites.ts'
import { SCHEDULES } from './schedules.ts'
import { parseTrainConfig, type TrainConfig, type TrainConfigInput } from './train-config.ts'
import { TrainingError } from './training-error.ts'

/** How many step lines there are in an epoch, at most. */
const LINES_PER_EPOCH = 50

/** What a run is made of, known before its first step. */
export interface TrainStart {
  readonly kind: 'start'
  readonly config: TrainConfig
  /** The number of weights. */
  readonly parameters: number
  /** The names of the sites at which gradients are shaped. */
  readonly sites: readonly string[]
  readonly trainImages: number
  readonly testImages: number
  /** The steps of the whole run. */
  readonly steps: number
}

/** What `train` reports: `start` once, then `step` some times an epoch and `epoch` at the end of each. */
export type TrainEvent = TrainStart | Metrics

/** Options of `train` that have no effect on its result. */
export interface TrainOptions {
  /** Called with each event, in order. What it throws ends the run. */
  readonly onProgress?: (event: TrainEvent) => void
  /** Ends the run after the step that is under way. */
  readonly signal?: AbortSignal
}

/** A model that has been trained. */
export interface TrainResult {
  /** All settings, with defaults filled in. */
  readonly config: TrainConfig
  /** `stopped` if the signal ended it. */
  readonly status: 'completed' | 'stopped'
  /** All that was reported but the start. */
  readonly metrics: readonly Metrics[]
  /** The model, which holds no weights. */
  readonly model: Model
  /** The owner of weights and optimizer state. */
  readonly optimizer: Optimizer<Tree>
  /** The owner of what the sites remember; nothing with the gradient `none`. */
  readonly sites: Sites | undefined
  /** Disposes weights and states. */
  dispose(): void
}

/**
 * Trains a model from settings: starts the backend, loads the data, and goes through it.
 *
 * Deterministic: the same settings give the same losses, accuracies and weights bit for bit on one machine; only timings
 * differ. Memory: the result owns weights and states, until `dispose()`; nothing else is left, also when it throws.
 * It makes its backend the current one of the process, and it writes no files.
 *
 * @param input - Settings; what is left out has its default.
 * @param options - Who is told, and a signal to end it early.
 * @throws TrainingError `INVALID_CONFIG`, `BACKEND_FAILED`, `DATA_MISSING`, `DIVERGED`; DataError for files
 *   that are damaged.
 *
 * @example
 * ```ts
 * import { train } from '@gg/trainer'
 *
 * const result = await train({ model: 'mlp', limit: 256, epochs: 2 })
 * console.log(result.status, result.sites?.names) // → completed [ 'dense1/output', 'dense2/output' ]
 * result.dispose()
 * ```
 */
export async function train(input: TrainConfigInput = {}, options: TrainOptions = {}): Promise<TrainResult> {
  const config = parseTrainConfig(input)
  await startBackend(config.backend)
  const data = await DATASETS[config.data].load(config.dataDir, config.limit)
  const model = MODELS[config.model].create({
    inputShape: data.train.shape,
    classes: data.train.classNames.length,
  })
  const sites = placeSites(config, model)
  const steps = Math.ceil(data.train.size / config.batchSize) * config.epochs
  const learningRate = SCHEDULES[config.schedule].create(config.learningRate, steps)
  const optimizer = createOptimizer(
    createUpdateRule(config.optimizer, { ...config, learningRate }),
    model.init(config.seed),
  )
  const dispose = (): void => {
    optimizer.dispose()
    sites?.dispose()
  }
  try {
    const metrics: Metrics[] = []
    const report = (event: TrainEvent): void => {
      if (event.kind !== 'start') metrics.push(event)
      options.onProgress?.(event)
    }
    report({
      kind: 'start',
      config,
      parameters: countParams(optimizer.params),
      sites: sites?.names ?? [],
      trainImages: data.train.size,
      testImages: data.test.size,
      steps,
    })
    const run: Run = { config, data, model, sites, optimizer, learningRate, report, signal: options.signal }
    const status = await runEpochs(run)
    return { config, status, metrics, model, optimizer, sites, dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

interface Run {
  readonly config: TrainConfig
  readonly data: TrainTestData
  readonly model: Model
  readonly sites: Sites | undefined
  readonly optimizer: Optimizer<Tree>
  readonly learningRate: Schedule
  readonly report: (event: StepMetrics | EpochMetrics) => void
  readonly signal: AbortSignal | undefined
}

async function runEpochs(run: Run): Promise<'completed' | 'stopped'> {
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
  const { config, model, sites, optimizer, learningRate, signal } = run
  const { batchSize, seed } = config
  const { normalization } = DATASETS[config.data]
  const epochBatches = batches(dataset, { batchSize, seed, epoch: epoch - 1 })
  const interval = Math.ceil(epochBatches.length / LINES_PER_EPOCH)
  const before = (epoch - 1) * epochBatches.length
  const meter = createLossMeter((i) => `step ${i + 1} of epoch ${epoch} (learning rate ${learningRate(before + i)})`)
  try {
    let done = 0
    for (const batch of epochBatches) {
      if (signal?.aborted) return undefined
      const { images, labels } = toTensors(batch, normalization)
      try {
        const loss = (params: Tree) =>
          mean(
            softmaxCrossEntropyWithIntegerLabels(model.apply(params, images, { training: true, sites }), labels),
          ) as Scalar
        meter.add(optimizer.minimize(loss), batch.size)
      } finally {
        images.dispose()
        labels.dispose()
      }
      done++
      if (done % interval === 0 || done === epochBatches.length) {
        const step = before + done
        const trainLoss = await meter.read()
        run.report({
          kind: 'step',
          epoch: step / epochBatches.length,
          step,
          trainLoss,
          learningRate: learningRate(step - 1),
        })
      }
      await nextTurn()
    }
    return meter.mean()
  } finally {
    meter.dispose()
  }
}
