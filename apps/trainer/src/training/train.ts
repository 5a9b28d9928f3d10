import type { Optimizer, Tree } from '@gg/core'
import { type BatchStats, countParams, type ModelWithStats, type Sites } from '@gg/models'
import { parseTrainConfig, type SettingLabel, type TrainConfig, type TrainConfigInput } from '../config/train-config.ts'
import type { LoadOptions } from '../names/datasets.ts'
import { createRunDiagnostics, type RunDiagnostics } from '../report/run-diagnostics.ts'
import { workerGradients } from '../workers/worker-gradients.ts'
import { augmentationOf } from './augmentation-of.ts'
import type { TrainingCheckpoint } from './checkpoint.ts'
import { diverged, whereNotFinite } from './diverged.ts'
import { evaluate } from './evaluate.ts'
import { dropoutSeed, type GradientSource, localGradients } from './gradient-source.ts'
import { createLearner } from './learner.ts'
import type { Metrics, MetricsLine } from './metrics.ts'
import type { Weights } from './part-gradient.ts'
import { placeSites } from './place-sites.ts'
import { START, uncut } from './position.ts'
import { prepareRun } from './prepare.ts'
import { type OnCheckpoint, runEpochs } from './run-epochs.ts'
import { createUpdateRule } from './update-rule.ts'

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
  /** Images that are held out of those to learn from; 0 unless asked for. */
  readonly validationImages: number
  /** The steps of the whole run. */
  readonly steps: number
  /** The epochs of the whole run, of which the last one may be a part. */
  readonly epochs: number
  /** The steps before this start: 0 unless a run is resumed. */
  readonly step: number
  /** What computes, such as `CPU, 2 threads, kernels relaxed-4x8`. */
  readonly device: string
}

/**
 * What `train` reports: `start` once, then `step` some times an epoch and `epoch` at the end of each; with the setting
 * `validation`, `final` at the end; with the setting `diagnostics`, `sites` behind each `epoch`, and `test` at the end.
 */
export type TrainEvent = TrainStart | MetricsLine

/** Options of `train` that have no effect on its result. */
export interface TrainOptions {
  /** Called with each event, in order. What it throws ends the run. */
  readonly onProgress?: (event: TrainEvent) => void
  /**
   * Called with a copy of all that the run has come to: at the start, at the end of each epoch, after every
   * `checkpointEvery` steps, and when the signal ends it. What it throws ends the run.
   */
  readonly onCheckpoint?: OnCheckpoint
  /**
   * A copy to go on from, of a run with the same settings. `epochs`, `steps`, `patience`, `backend`, `threads`, `dataDir`
   * and how checkpoints are kept may be others; the learning rate follows the schedule of the new length.
   */
  readonly resume?: TrainingCheckpoint
  /** Ends the run after the step that is under way. */
  readonly signal?: AbortSignal
  /** Whether files of the data set that are not there are downloaded, and how. */
  readonly download?: NonNullable<LoadOptions['download']>
  /** How settings are called in messages; their own names in backticks unless given. */
  readonly label?: SettingLabel
}

/** A model that has been trained. */
export interface TrainResult {
  /** All settings, with defaults filled in. */
  readonly config: TrainConfig
  /** `stopped` if the signal ended it. */
  readonly status: 'completed' | 'stopped'
  /** Why it was completed before its last step. */
  readonly message?: string
  /** The lines of steps and epochs that were reported. */
  readonly metrics: readonly Metrics[]
  /** The model, which holds no weights. */
  readonly model: ModelWithStats
  /** The owner of weights and optimizer state. */
  readonly optimizer: Optimizer<Tree>
  /** Running statistics of batch norm; `{}` for a model without. */
  readonly stats: BatchStats
  /** The owner of what the sites remember; nothing where no site is shaped. */
  readonly sites: Sites | undefined
  /** Disposes weights and states. */
  dispose(): void
}

/**
 * Trains a model from settings: starts the backend, loads the data, and goes through it.
 *
 * Deterministic: the same settings give the same losses, accuracies and weights bit for bit on one machine; only timings
 * differ. A run that goes on from a checkpoint ends as one that was never stopped. Memory: the result owns weights and states, until `dispose()`; nothing else is left, also when it throws.
 * It makes its backend the current one of the process, and it writes no files.
 *
 * @param input - Settings; what is left out has its default.
 * @param options - Who is told, and a signal to end it early.
 * @throws TrainingError `INVALID_CONFIG`, `BACKEND_FAILED`, `DATA_MISSING`, `DIVERGED`, `CHECKPOINT_DAMAGED`; DataError for files
 *   that are damaged.
 *
 * @example
 * ```ts
 * import { train } from '@gg/trainer'
 *
 * const result = await train({ model: 'mlp', at: 'dense?/output=gate()', limit: 256, epochs: 2 })
 * console.log(result.status, result.sites?.names) // → completed [ 'dense1/output', 'dense2/output' ]
 * result.dispose()
 * ```
 */
export async function train(input: TrainConfigInput = {}, options: TrainOptions = {}): Promise<TrainResult> {
  const { label = (setting: string): string => `\`${setting}\``, signal, resume } = options
  const parsed = parseTrainConfig(input, label)
  const prepared = await prepareRun(parsed, label, options.download ?? false)
  const { data, sizes, model, normalization, steps, stepsPerEpoch, context } = prepared
  const sites = placeSites(parsed.at, label('at'), model, context)
  const { rule, learningRate, settings } = createUpdateRule(parsed, steps, label, context)
  const augment = augmentationOf(parsed.augment, label('augment'), context)
  const config: TrainConfig = { ...parsed, ...settings }
  const { seed, labelSmoothing, accumulate, ema } = config
  const problem = { model, sites, normalization, labelSmoothing }
  const source = (like: Weights): GradientSource =>
    config.workers > 1 ? workerGradients(config, sizes, like) : localGradients(problem, seed, accumulate)
  const learner = createLearner({ model, seed, rule, ema, source })
  const dispose = (): void => {
    learner.dispose()
    // With workers it is not those of the source.
    sites?.dispose()
  }
  let diagnostics: RunDiagnostics | undefined
  try {
    if (resume !== undefined) await learner.restore(resume.states)
    const metrics: Metrics[] = []
    const report = (event: TrainEvent): void => {
      if (event.kind === 'step' || event.kind === 'epoch') metrics.push(event)
      options.onProgress?.(event)
    }
    const from = resume?.position ?? START
    // More steps than the run had when it wrote the checkpoint.
    const position = from.step < steps ? uncut(from) : from
    report({
      kind: 'start',
      config,
      parameters: countParams(learner.optimizer.params),
      sites: sites?.names ?? [],
      trainImages: data.train.size,
      testImages: data.test.size,
      validationImages: data.validation?.size ?? 0,
      steps,
      epochs: Math.ceil(steps / stepsPerEpoch),
      step: position.step,
      device: prepared.device,
    })
    if (config.diagnostics) {
      const twin = placeSites(parsed.at, label('at'), model, context)
      diagnostics = createRunDiagnostics({ config, problem, twin, learner, data, normalization, report })
    }
    const outcome = await runEpochs({
      config,
      data,
      normalization,
      model,
      learner,
      augment,
      learningRate,
      steps,
      stepsPerEpoch,
      position,
      report,
      checkpoint: options.onCheckpoint,
      observe: diagnostics?.afterEpoch,
      signal,
      async explain(loss, batch, step, epoch) {
        const where = await whereNotFinite(problem, learner.weights, batch, dropoutSeed(seed, step, 0))
        const rate = learningRate === undefined ? '' : ` (learning rate ${learningRate(step)})`
        return diverged(`the loss is ${loss} at step ${step + 1}, in epoch ${epoch}${rate}: ${where}`)
      },
    })
    if (outcome.status === 'completed') {
      const last = metrics.findLast(({ kind }) => kind === 'epoch')
      const at = { epoch: last?.epoch ?? position.epochs, step: last?.step ?? position.step }
      if (data.validation !== undefined) {
        const options = { normalization, batchSize: config.evalBatchSize }
        const tested = await evaluate(model, learner.evaluated, data.test, options)
        if (tested !== undefined) report({ kind: 'final', ...at, testLoss: tested.loss, testAccuracy: tested.accuracy })
      }
      await diagnostics?.atEnd(at.epoch, at.step)
    }
    const { optimizer, weights } = learner
    return { config, ...outcome, metrics, model, optimizer, stats: weights.stats, sites, dispose }
  } catch (error) {
    dispose()
    throw error
  } finally {
    diagnostics?.dispose()
  }
}
