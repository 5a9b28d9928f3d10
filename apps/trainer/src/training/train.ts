import '@gg/core/register-gradients'
import type { Optimizer, Tree } from '@gg/core'
import { augment } from '@gg/data'
import { type BatchStats, countParams, type ModelWithStats, type Sites } from '@gg/models'
import { parseTrainConfig, type TrainConfig, type TrainConfigInput } from '../config/train-config.ts'
import { AUGMENTATIONS } from '../names/augmentations.ts'
import { startBackend } from '../names/backends.ts'
import { DATASETS } from '../names/datasets.ts'
import { MODELS } from '../names/models.ts'
import { createUpdateRule } from '../names/optimizers.ts'
import { SCHEDULES } from '../names/schedules.ts'
import { localGradients } from './gradient-source.ts'
import { createLearner } from './learner.ts'
import type { Metrics } from './metrics.ts'
import { placeSites } from './place-sites.ts'
import { runEpochs } from './run-epochs.ts'

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
  /** Whether files of the data set that are not there are downloaded. */
  readonly download?: boolean
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
  readonly model: ModelWithStats
  /** The owner of weights and optimizer state. */
  readonly optimizer: Optimizer<Tree>
  /** Running statistics of batch norm; `{}` for a model without. */
  readonly stats: BatchStats
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
  const data = await DATASETS[config.data].load({ ...config, download: options.download ?? false })
  const model = MODELS[config.model].create({
    inputShape: data.train.shape,
    classes: data.train.classNames.length,
  })
  const sites = placeSites(config, model)
  const steps = Math.ceil(data.train.size / config.batchSize) * config.epochs
  const learningRate = SCHEDULES[config.schedule].create(config.learningRate, steps)
  const { normalization } = DATASETS[config.data]
  const problem = { model, sites, normalization, labelSmoothing: config.labelSmoothing }
  const learner = createLearner({
    model,
    seed: config.seed,
    rule: createUpdateRule(config.optimizer, { ...config, learningRate }),
    source: localGradients(problem, config.seed, config.accumulate),
  })
  const dispose = (): void => {
    learner.dispose()
    sites?.dispose()
  }
  const augmentations = config.augment.map((name) => AUGMENTATIONS[name].create())
  try {
    const metrics: Metrics[] = []
    const report = (event: TrainEvent): void => {
      if (event.kind !== 'start') metrics.push(event)
      options.onProgress?.(event)
    }
    report({
      kind: 'start',
      config,
      parameters: countParams(learner.optimizer.params),
      sites: sites?.names ?? [],
      trainImages: data.train.size,
      testImages: data.test.size,
      steps,
    })
    const { signal } = options
    const moves = augmentations.length > 0 ? augment(augmentations) : undefined
    const status = await runEpochs({ config, data, model, learner, augment: moves, learningRate, report, signal })
    const { optimizer, stats } = learner
    return { config, status, metrics, model, optimizer, stats, sites, dispose }
  } catch (error) {
    dispose()
    throw error
  }
}
