import { z } from 'zod'
import { BACKENDS, type BackendName } from '../names/backends.ts'
import { DATASETS, type DatasetName } from '../names/datasets.ts'
import { SCHEDULES, type ScheduleName } from '../names/schedules.ts'
import { TrainingError } from '../training-error.ts'
import { unknownName } from '../unknown-name.ts'
import { finiteNumber, nameOf, siteTexts, text, texts, wholeNumber, yesOrNo } from './setting-types.ts'

/** All that a training run depends on: the same settings give the same weights, bit for bit, on one machine. */
export interface TrainConfig {
  /** The network, such as `resnet20` or `lenet(activation=accelerate(relu))`. */
  readonly model: string
  /** The data set. */
  readonly data: DatasetName
  /** What is done to the gradients of feature maps, each as `pattern=chain`, such as `conv?/output=gate()`. */
  readonly at: readonly string[]
  /** What makes updates of the gradients of weights, such as `clipByGlobalNorm(1)+adamw`. */
  readonly optimizer: string
  /**
   * The highest learning rate, above 0, of an optimizer that is written without one; `null` for the usual one of that
   * optimizer, and where it is written with one.
   */
  readonly learningRate: number | null
  /** How that learning rate changes over the run; `null` for `warmup-cosine`. */
  readonly schedule: ScheduleName | null
  /** Steps of warm-up before the schedule; `null` for what the schedule says. */
  readonly warmup: number | null
  /** What is done to training images, such as `crop+flip`; `null` for nothing. */
  readonly augment: string | null
  /** How far labels are moved towards the uniform distribution, 0 to below 1. */
  readonly labelSmoothing: number
  /** Images a step, at least 1. */
  readonly batchSize: number
  /** In how many parts a step computes its gradient, one after the other, at least 1. */
  readonly accumulate: number
  /** In how many threads a step computes its gradient, each with a part of the images, at least 1. */
  readonly workers: number
  /** Images at a time where nothing is learned, at least 1. It has no effect on what is learned. */
  readonly evalBatchSize: number
  /** Passes over the training images, at least 1; `null` where `steps` is given. */
  readonly epochs: number | null
  /** Updates, at least 1; `null` where `epochs` is given. */
  readonly steps: number | null
  /** Ends the run when the accuracy of tests has not risen for so many epochs; `null` to go on. */
  readonly patience: number | null
  /** Part of the average of weights that a step leaves, 0 to below 1: it is the average that is tested; `null` for none. */
  readonly ema: number | null
  /** How many of the training images are used, from the first; `null` for all. */
  readonly limit: number | null
  /**
   * Which part of the training images is held out, above 0 and below 1, chosen by the seed and with each class in its
   * share: it chooses the best checkpoint and ends a run early, and the test images are looked at once, at the end. `null`
   * to do both with the test images.
   */
  readonly validation: number | null
  /** Chooses the first weights and the order of the images: whole number from 0 to 2^53 - 1. */
  readonly seed: number
  /** What computes. */
  readonly backend: BackendName
  /** Threads of the WASM backend; `null` for one a core, 4 at most. With several `workers` each has one. */
  readonly threads: number | null
  /** The folder above that of the data set, for those that are files; `null` for `GG_DATA_DIR`. */
  readonly dataDir: string | null
  /** The side of the squares that pictures of a folder are made into, in pixels, at least 1. */
  readonly imageSize: number
  /** Modules whose exports can be named in `model`, `at`, `optimizer` and `augment`. */
  readonly use: readonly string[]
  /** Whether gradients at the sites and mistakes are looked at, for the report. It has no effect on what is learned. */
  readonly diagnostics: boolean
  /** Whether event files for TensorBoard are written. */
  readonly tensorboard: boolean
  /** How many of the last checkpoints are kept, beside the best one; at least 1. */
  readonly keep: number
  /** Steps between two checkpoints within an epoch; `null` for one at the end of each epoch only. */
  readonly checkpointEvery: number | null
}

/** Settings as they are given: what is left out, or undefined, has its default. */
export type TrainConfigInput = {
  readonly [K in Exclude<keyof TrainConfig, 'at' | 'use'>]?: TrainConfig[K] | undefined
} & {
  /** As in `TrainConfig`, or chains by pattern. */
  readonly at?: readonly string[] | { readonly [pattern: string]: string } | string | undefined
  readonly use?: readonly string[] | string | undefined
}

/** How a setting is called in messages; its own name in backticks unless given. */
export type SettingLabel = (setting: string) => string

/** Passes over the data, unless steps are given. */
const EPOCHS = 8

const schema = z.strictObject({
  model: text.default('lenet'),
  data: nameOf(DATASETS).default('glyphs'),
  at: siteTexts.default([]),
  optimizer: text.default('adam'),
  learningRate: finiteNumber('above 0', (x) => x > 0)
    .nullable()
    .default(null),
  schedule: nameOf(SCHEDULES).nullable().default(null),
  warmup: wholeNumber(0).nullable().default(null),
  augment: text.nullable().default(null),
  labelSmoothing: finiteNumber('of 0 or more and below 1', (x) => x >= 0 && x < 1).default(0),
  batchSize: wholeNumber(1).default(64),
  accumulate: wholeNumber(1).default(1),
  workers: wholeNumber(1).default(1),
  evalBatchSize: wholeNumber(1).default(256),
  epochs: wholeNumber(1).nullable().default(null),
  steps: wholeNumber(1).nullable().default(null),
  patience: wholeNumber(1).nullable().default(null),
  ema: finiteNumber('of 0 or more and below 1', (x) => x >= 0 && x < 1)
    .nullable()
    .default(null),
  limit: wholeNumber(1).nullable().default(null),
  validation: finiteNumber('above 0 and below 1', (x) => x > 0 && x < 1)
    .nullable()
    .default(null),
  seed: wholeNumber(0).default(0),
  backend: nameOf(BACKENDS).default('wasm'),
  threads: wholeNumber(1).nullable().default(null),
  dataDir: text.nullable().default(null),
  imageSize: wholeNumber(1).default(64),
  use: texts.default([]),
  diagnostics: yesOrNo.default(false),
  tensorboard: yesOrNo.default(false),
  keep: wholeNumber(1).default(2),
  checkpointEvery: wholeNumber(1).nullable().default(null),
})

/** The names of all settings. */
const SETTINGS: readonly string[] = Object.keys(schema.shape)

/**
 * Checks settings and fills in what is left out. The result has every setting, so it says all there is to say of a run,
 * and going through here again leaves it as it is. What stands in expressions is looked at by `train`, which knows the
 * modules and the number of steps.
 *
 * @param input - A `TrainConfigInput`, or whatever a file or a command line made of one.
 * @param label - How settings are called in messages.
 * @throws TrainingError `INVALID_CONFIG`, with one sentence for each setting that is wrong; where it is a name, with
 *   those that exist.
 *
 * @example
 * ```ts
 * import { parseTrainConfig } from '@gg/trainer'
 *
 * const config = parseTrainConfig({ data: 'mnist', optimizer: 'sgd', at: { 'conv?/output': 'gate()' } })
 * console.log(config.model, config.at, config.batchSize) // → lenet [ 'conv?/output=gate()' ] 64
 * ```
 */
export function parseTrainConfig(input: unknown, label: SettingLabel = (setting) => `\`${setting}\``): TrainConfig {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap((issue) => sentences(issue, label)))
  const { epochs, steps } = parsed.data
  if (epochs !== null && steps !== null) {
    throw invalid([`${label('epochs')} and ${label('steps')} both say how long. Leave one of them out.`])
  }
  return { ...parsed.data, epochs: steps === null ? (epochs ?? EPOCHS) : null }
}

function sentences(issue: z.core.$ZodIssue, label: SettingLabel): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `A setting ${unknownName(key, SETTINGS)}`)
  }
  if (issue.path.length === 0) return ['The settings must be a record, such as { model: "lenet" }.']
  const sentence = `${label(String(issue.path[0]))} ${issue.message}`
  return [sentence.endsWith('.') || sentence.endsWith('?') ? sentence : `${sentence}.`]
}

function invalid(problems: readonly string[]): TrainingError {
  return new TrainingError('INVALID_CONFIG', problems.join('\n'))
}
