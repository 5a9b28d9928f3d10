import { enableProdMode } from '@tensorflow/tfjs-core'
import { Command } from 'commander'
import { parseTrainConfig, type TrainConfig } from '../config/train-config.ts'
import { AUGMENTATIONS } from '../names/augmentations.ts'
import { BACKENDS } from '../names/backends.ts'
import { DATASETS } from '../names/datasets.ts'
import { GRADIENTS } from '../names/gradients.ts'
import { MODELS } from '../names/models.ts'
import { OPTIMIZERS } from '../names/optimizers.ts'
import { SCHEDULES } from '../names/schedules.ts'
import { createRunFolder, type RunFolder, type RunStatus } from '../runs/run-folder.ts'
import { type TrainEvent, type TrainResult, train } from '../training/train.ts'
import { createReporter } from './reporter.ts'

/** How the process ends. */
export type Exit = (code: number) => void

/** The options that say where and how a run is reported; all others are settings of the run. */
interface ReportOptions {
  readonly out: string
  readonly quiet?: boolean
  readonly json?: boolean
  readonly download?: boolean
}

const defaults = parseTrainConfig({})

/** `gg train`. */
export function trainCommand(exit: Exit): Command {
  return new Command('train')
    .description('Train a model, and leave settings, metrics and a picture of the curves in a folder.')
    .option('--model <name>', oneOf(MODELS, defaults.model))
    .option('--data <name>', oneOf(DATASETS, defaults.data))
    .option('--gradient <name>', `shapes feature-map gradients: ${oneOf(GRADIENTS, defaults.gradient)}`)
    .option('--sites <pattern>', 'where it does: a glob over site names (default: the outputs of the hidden layers)')
    .option('--gate-normalize <how>', 'feature maps before the gate: none, standardize (default: none)')
    .option('--gate-rescale <how>', 'gradients after the gate: none, preserve-norm (default: none)')
    .option('--optimizer <name>', oneOf(OPTIMIZERS, defaults.optimizer))
    .option('--lr <number>', `learning rate (default: ${learningRates()})`, number)
    .option('--schedule <name>', `of the learning rate: ${oneOf(SCHEDULES, defaults.schedule)}`)
    .option('--clip <norm>', 'shorten gradients whose norm is above this', number)
    .option('--weight-decay <number>', 'for adamw (default: 0.0001), momentum and sgd (default: 0)', number)
    .option('--augment <names>', `of training images: ${Object.keys(AUGMENTATIONS).join(', ')}, such as crop,flip`)
    .option('--label-smoothing <part>', 'moves labels towards the uniform distribution (default: 0)', number)
    .option('--batch-size <images>', `images a step (default: ${defaults.batchSize})`, number)
    .option('--accumulate <parts>', 'compute the gradient of a step in parts, for less memory (default: 1)', number)
    .option('--epochs <count>', `passes over the training images (default: ${defaults.epochs})`, number)
    .option('--limit <images>', 'use the first training images only', number)
    .option('--seed <number>', `chooses first weights and order of images (default: ${defaults.seed})`, number)
    .option('--backend <name>', oneOf(BACKENDS, defaults.backend))
    .option('--data-dir <folder>', 'the folder above that of the data set (default: GG_DATA_DIR)')
    .option('--image-size <pixels>', `side of the pictures of a folder (default: ${defaults.imageSize})`, number)
    .option('--download', 'download the files of the data set that are not there')
    .option('--out <folder>', 'where the folder of the run is made', 'runs')
    .option('--quiet', 'print the folder of the run and nothing else')
    .option('--json', 'print events as lines of JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ out, quiet, json, download, lr, ...settings }: ReportOptions & Record<string, unknown>) => {
      const config = parseTrainConfig({ ...settings, learningRate: lr }, flag)
      exit(
        await runTrain(config, { out, ...(quiet && { quiet }), ...(json && { json }), ...(download && { download }) }),
      )
    })
}

const EXAMPLES = `
Examples:
  gg train
  gg train --gradient none --seed 1
  gg train --data mnist --data-dir ~/data --epochs 2
  gg train --data mnist --optimizer momentum --lr 0.02 --schedule warmup-cosine --clip 5`

async function runTrain(config: TrainConfig, report: ReportOptions): Promise<number> {
  enableProdMode() // Or tfjs greets every program that runs it in Node.
  const reporter = createReporter(report)
  const stop = new AbortController()
  let signalCode = 0
  const onSignal = (_: NodeJS.Signals, code: number): void => {
    // Whoever presses Ctrl-C twice does not want to wait.
    if (stop.signal.aborted) process.exit(128 + code)
    signalCode = 128 + code
    stop.abort()
    reporter.stopping()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  let folder: RunFolder | undefined
  let testAccuracy: number | undefined
  const onProgress = (event: TrainEvent): void => {
    if (event.kind === 'start') folder = createRunFolder(report.out, event.config)
    else folder?.append(event)
    if (event.kind === 'epoch') testAccuracy = event.testAccuracy
    reporter.event(event)
  }
  const end = async (status: RunStatus, message?: string): Promise<void> => {
    if (folder === undefined) return
    const curves = await folder.drawCurves()
    folder.end(status, message)
    reporter.end({
      kind: 'end',
      status,
      folder: folder.path,
      ...(curves !== undefined && { curves }),
      ...(testAccuracy !== undefined && { testAccuracy }),
    })
  }
  let result: TrainResult | undefined
  try {
    result = await train(config, {
      onProgress,
      signal: stop.signal,
      ...(report.download && { download: true }),
    })
    await end(result.status)
    return result.status === 'stopped' ? signalCode : 0
  } catch (error) {
    await end('failed', error instanceof Error ? error.message : String(error))
    throw error
  } finally {
    result?.dispose()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function oneOf(registry: Readonly<Record<string, unknown>>, usual: string): string {
  return `${Object.keys(registry).join(', ')} (default: ${usual})`
}

function learningRates(): string {
  return Object.entries(OPTIMIZERS)
    .map(([name, { learningRate }]) => `${learningRate} for ${name}`)
    .join(', ')
}

/** The number that a word stands for; a word that stands for none is left for the check of the settings to show. */
function number(word: string): number | string {
  const value = Number(word)
  return word.trim() === '' || Number.isNaN(value) ? word : value
}

/** The option of a setting: `--batch-size` of `batchSize`. */
function flag(setting: string): string {
  return setting === 'learningRate' ? '--lr' : `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
