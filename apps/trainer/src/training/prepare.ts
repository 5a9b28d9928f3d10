import '@gg/core/register-gradients'
import type { ChannelStatistics } from '@gg/data'
import type { ModelWithStats } from '@gg/models'
import type { SettingLabel, TrainConfig } from '../config/train-config.ts'
import { type ExpressionContext, evaluateExpression } from '../expressions/evaluate-expression.ts'
import { expressionError } from '../expressions/expression-error.ts'
import { loadUserModules } from '../expressions/load-user-modules.ts'
import { createVocabulary } from '../expressions/vocabulary.ts'
import { startBackend } from '../names/backends.ts'
import { DATASETS, type LoadOptions, type TrainTestData } from '../names/datasets.ts'
import type { ModelFactory } from '../names/models.ts'

/** What settings stand for, before anything is learned. */
export interface PreparedRun {
  readonly data: TrainTestData
  readonly normalization: ChannelStatistics
  readonly model: ModelWithStats
  /** Updates of the whole run. */
  readonly steps: number
  readonly stepsPerEpoch: number
  /** What the expressions of the settings may speak of. */
  readonly context: ExpressionContext
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
  const vocabulary = createVocabulary(await loadUserModules(config.use, label('use')))
  await startBackend(config.backend)
  const { load, normalization } = DATASETS[config.data]
  const data = await load({ ...config, download })
  const stepsPerEpoch = Math.ceil(data.train.size / config.batchSize)
  const steps = config.steps ?? stepsPerEpoch * (config.epochs ?? 1)
  const numbers = { steps, stepsPerEpoch, epochs: Math.ceil(steps / stepsPerEpoch), batchSize: config.batchSize }
  const context = { vocabulary, numbers }
  const source = { label: label('model'), text: config.model, offset: 0 }
  const [part, ...more] = evaluateExpression(source, context)
  if (part === undefined || more.length > 0 || typeof part.value !== 'function') {
    throw expressionError(source, more[0]?.position ?? 0, 'one model is expected, such as resnet8 or lenet().')
  }
  const sizes = { inputShape: data.train.shape, classes: data.train.classNames.length }
  const model: unknown = (part.value as ModelFactory)(sizes)
  if (!isModel(model)) throw expressionError(source, part.position, 'a model is expected here.')
  return { data, normalization, model, steps, stepsPerEpoch, context }
}

function isModel(value: unknown): value is ModelWithStats {
  return typeof value === 'object' && value !== null && 'applyWithStats' in value && 'initStats' in value
}
