import { z } from 'zod'
import { AUGMENTATIONS, type AugmentationName } from '../names/augmentations.ts'
import { BACKENDS, type BackendName } from '../names/backends.ts'
import { DATASETS, type DatasetName } from '../names/datasets.ts'
import { GRADIENTS, type GradientName, type GradientSettings } from '../names/gradients.ts'
import { MODELS, type ModelName } from '../names/models.ts'
import { OPTIMIZERS, type OptimizerName } from '../names/optimizers.ts'
import { SCHEDULES, type ScheduleName } from '../names/schedules.ts'
import { TrainingError } from '../training-error.ts'
import { unknownName } from '../unknown-name.ts'

/** All that a training run depends on: the same settings give the same weights, bit for bit, on one machine. */
export interface TrainConfig extends GradientSettings {
  /** The network. */
  readonly model: ModelName
  /** The data set. */
  readonly data: DatasetName
  /** What is done to the gradients of feature maps. */
  readonly gradient: GradientName
  /** Where: a glob over the model's sites. `null` where `gradient` is `none`. */
  readonly sites: string | null
  /** What makes updates of the gradients of weights. */
  readonly optimizer: OptimizerName
  /** The learning rate, or the highest one of the schedule; above 0. */
  readonly learningRate: number
  /** How the learning rate changes over the run. */
  readonly schedule: ScheduleName
  /** The greatest norm of a gradient that is not shortened, above 0; `null` to shorten none. */
  readonly clip: number | null
  /** At least 0; must be 0 for an optimizer that takes none. Biases do not decay. */
  readonly weightDecay: number
  /** What is done to training images, in order. */
  readonly augment: readonly AugmentationName[]
  /** How far labels are moved towards the uniform distribution, 0 to below 1. */
  readonly labelSmoothing: number
  /** Images a step, at least 1. */
  readonly batchSize: number
  /** In how many parts a step computes its gradient, one after the other, at least 1. */
  readonly accumulate: number
  /** Passes over the training images, at least 1. */
  readonly epochs: number
  /** How many of the training images are used, from the first; `null` for all. */
  readonly limit: number | null
  /** Chooses the first weights and the order of the images: whole number from 0 to 2^53 - 1. */
  readonly seed: number
  /** What computes. */
  readonly backend: BackendName
  /** The folder above that of the data set, for those that are files; `null` for `GG_DATA_DIR`. */
  readonly dataDir: string | null
  /** The side of the squares that pictures of a folder are made into, in pixels, at least 1. */
  readonly imageSize: number
}

/** Settings as they are given: what is left out, or undefined, has its default. */
export type TrainConfigInput = { readonly [K in keyof TrainConfig]?: TrainConfig[K] | undefined }

/** How a setting is called in messages; its own name in backticks unless given. */
export type SettingLabel = (setting: string) => string

const wholeNumber = (minimum: number): z.ZodType<number> =>
  z.custom<number>((x) => Number.isSafeInteger(x) && Number(x) >= minimum, {
    error: ({ input }) => `must be a whole number of ${minimum} or more, got ${show(input)}`,
  })

const finiteNumber = (expected: string, holds: (x: number) => boolean): z.ZodType<number> =>
  z.custom<number>((x) => typeof x === 'number' && Number.isFinite(x) && holds(x), {
    error: ({ input }) => `must be a number ${expected}, got ${show(input)}`,
  })

const nameIn = <N extends string>(names: readonly N[]): z.ZodType<N> =>
  z.custom<N>((x) => names.some((name) => name === x), { error: ({ input }) => unknownName(input, names) })

const nameOf = <N extends string>(registry: Readonly<Record<N, unknown>>): z.ZodType<N> =>
  nameIn(Object.keys(registry) as N[])

const text: z.ZodType<string> = z.custom<string>((x) => typeof x === 'string' && x !== '', {
  error: ({ input }) => `must be text, got ${show(input)}`,
})

/** `crop,flip` as the list it stands for. */
function listOfWords(x: unknown): unknown {
  return typeof x === 'string' ? x.split(/[,+]/).map((word) => word.trim()) : x
}

const schema = z.strictObject({
  model: nameOf(MODELS).default('lenet'),
  data: nameOf(DATASETS).default('glyphs'),
  gradient: nameOf(GRADIENTS).default('gate'),
  sites: text.nullable().default(null),
  gateNormalize: nameIn(['none', 'standardize']).default('none'),
  gateRescale: nameIn(['none', 'preserve-norm']).default('none'),
  optimizer: nameOf(OPTIMIZERS).default('adam'),
  learningRate: finiteNumber('above 0', (x) => x > 0).optional(),
  schedule: nameOf(SCHEDULES).default('warmup-cosine'),
  clip: finiteNumber('above 0', (x) => x > 0)
    .nullable()
    .default(null),
  weightDecay: finiteNumber('of 0 or more', (x) => x >= 0).optional(),
  augment: z.preprocess(listOfWords, z.array(nameOf(AUGMENTATIONS))).default([]),
  labelSmoothing: finiteNumber('of 0 or more and below 1', (x) => x >= 0 && x < 1).default(0),
  batchSize: wholeNumber(1).default(64),
  accumulate: wholeNumber(1).default(1),
  epochs: wholeNumber(1).default(8),
  limit: wholeNumber(1).nullable().default(null),
  seed: wholeNumber(0).default(0),
  backend: nameOf(BACKENDS).default('wasm'),
  dataDir: text.nullable().default(null),
  imageSize: wholeNumber(1).default(64),
})

/**
 * Checks settings and fills in what is left out. The result has every setting, so it says all there is to say of a run,
 * and going through here again leaves it as it is.
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
 * const config = parseTrainConfig({ data: 'mnist', optimizer: 'sgd' })
 * console.log(config.model, config.gradient, config.learningRate, config.batchSize) // → lenet gate 0.1 64
 * ```
 */
export function parseTrainConfig(input: unknown, label: SettingLabel = (setting) => `\`${setting}\``): TrainConfig {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap((issue) => sentences(issue, label)))
  const { sites, learningRate, weightDecay, ...rest } = parsed.data
  const { model, gradient, gateNormalize, gateRescale } = rest
  const optimizer = OPTIMIZERS[rest.optimizer]
  const shaped = GRADIENTS[gradient].create !== undefined
  const needsShaping = {
    sites: sites !== null,
    gateNormalize: gateNormalize !== 'none',
    gateRescale: gateRescale !== 'none',
  }
  const idle = Object.entries(needsShaping).flatMap(([setting, set]) => (set && !shaped ? [setting] : []))
  const problems = idle.map(
    (setting) => `${label(setting)} has no effect with the gradient '${gradient}'. Leave it out.`,
  )
  if (optimizer.weightDecay === undefined && (weightDecay ?? 0) > 0) {
    problems.push(`${label('weightDecay')} is not for the optimizer '${rest.optimizer}'. Use adamw.`)
  }
  if (problems.length > 0) throw invalid(problems)
  return {
    ...rest,
    sites: shaped ? (sites ?? MODELS[model].sites) : null,
    learningRate: learningRate ?? optimizer.learningRate,
    weightDecay: weightDecay ?? optimizer.weightDecay ?? 0,
  }
}

function sentences(issue: z.core.$ZodIssue, label: SettingLabel): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `A setting ${unknownName(key, Object.keys(schema.shape))}`)
  }
  if (issue.path.length === 0) return ['The settings must be a record, such as { model: "lenet" }.']
  const sentence = `${label(String(issue.path[0]))} ${issue.message}`
  return [sentence.endsWith('.') || sentence.endsWith('?') ? sentence : `${sentence}.`]
}

function invalid(problems: readonly string[]): TrainingError {
  return new TrainingError('INVALID_CONFIG', problems.join('\n'))
}

function show(input: unknown): string {
  return typeof input === 'string' ? `'${input}'` : String(input)
}
