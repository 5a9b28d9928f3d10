import '@gg/core/register-gradients'
import type { ChannelStatistics } from '@gg/data'
import type { ModelWithStats } from '@gg/models'
import type { SettingLabel, TrainConfig } from '../config/train-config.ts'
import { type ExpressionContext, evaluateExpression } from '../expressions/evaluate-expression.ts'
import { expressionError } from '../expressions/expression-error.ts'
import { loadUserModules } from '../expressions/load-user-modules.ts'
import { createVocabulary, type UserModules } from '../expressions/vocabulary.ts'
import { startBackend } from '../names/backends.ts'
import { DATASETS, type LoadOptions, type TrainTestData } from '../names/datasets.ts'
import type { ModelFactory, ModelSizes } from '../names/models.ts'
import { holdOut } from './hold-out.ts'

/** What of a data set a model depends on. */
export interface DataSizes extends ModelSizes {
  /** Training images. */
  readonly trainImages: number
}

/** What settings stand for, but for the data. */
export interface PreparedModel {
  readonly normalization: ChannelStatistics
  readonly model: ModelWithStats
  /** Updates of the whole run. */
  readonly steps: number
  readonly stepsPerEpoch: number
  /** What the expressions of the settings may speak of. */
  readonly context: ExpressionContext
}

/** What settings stand for, before anything is learned. */
export interface PreparedRun extends PreparedModel {
  readonly data: TrainTestData
  readonly sizes: DataSizes
  /** What computes. */
  readonly device: string
}

/**
 * Starts the backend, loads modules and data, and makes the model. Memory: no tensors.
 *
 * @throws TrainingError `INVALID_CONFIG`, `BACKEND_FAILED`, `DATA_MISSING`; DataError for files that are damaged.
 */
export async function prepareRun(
  config: TrainConfig,
  label: SettingLabel,
  download: NonNullable<LoadOptions['download']>,
): Promise<PreparedRun> {
  const modules = await loadUserModules(config.use, label('use'))
  // With workers too: threads that wait take nothing, and tests and updates are computed here.
  const { device } = await startBackend(config.backend, config.threads)
  const data = holdOut(await DATASETS[config.data].load({ ...config, download }), config, label)
  const { shape: inputShape, classNames, size: trainImages } = data.train
  const sizes = { inputShape, classes: classNames.length, trainImages }
  return { data, sizes, device, ...prepareModel(config, label, sizes, modules) }
}

/**
 * The model of some settings, for data of some sizes. Memory: no tensors.
 *
 * @throws TrainingError `INVALID_CONFIG`
 */
export function prepareModel(
  config: TrainConfig,
  label: SettingLabel,
  sizes: DataSizes,
  modules: UserModules,
): PreparedModel {
  const stepsPerEpoch = Math.ceil(sizes.trainImages / config.batchSize)
  const steps = config.steps ?? stepsPerEpoch * (config.epochs ?? 1)
  const numbers = { steps, stepsPerEpoch, epochs: Math.ceil(steps / stepsPerEpoch), batchSize: config.batchSize }
  const context = { vocabulary: createVocabulary(modules), numbers }
  const source = { label: label('model'), text: config.model, offset: 0 }
  const [part, ...more] = evaluateExpression(source, context)
  if (part === undefined || more.length > 0 || typeof part.value !== 'function') {
    throw expressionError(source, more[0]?.position ?? 0, 'one model is expected, such as resnet8 or lenet().')
  }
  const model: unknown = (part.value as ModelFactory)(sizes)
  if (!isModel(model)) throw expressionError(source, part.position, 'a model is expected here.')
  return { normalization: DATASETS[config.data].normalization, model, steps, stepsPerEpoch, context }
}

function isModel(value: unknown): value is ModelWithStats {
  return typeof value === 'object' && value !== null && 'applyWithStats' in value && 'initStats' in value
}
