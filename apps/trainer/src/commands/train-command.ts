import { resolve } from 'node:path'
import { Command } from 'commander'
import { loadConfigFile } from '../config/load-config-file.ts'
import { parseTrainConfig, type TrainConfig } from '../config/train-config.ts'
import { BACKENDS } from '../names/backends.ts'
import { DATASETS } from '../names/datasets.ts'
import { SCHEDULES } from '../names/schedules.ts'
import { flag } from './flag.ts'
import { type Exit, runTraining } from './run-training.ts'

/** The options that say where and how a run is reported; all others are settings of the run. */
interface OtherOptions {
  readonly config?: string
  readonly out: string
  readonly quiet?: boolean
  readonly json?: boolean
  readonly download?: boolean
}

const defaults = parseTrainConfig({})

/** `gg train`. */
export function trainCommand(exit: Exit): Command {
  return new Command('train')
    .description('Train a model, and leave settings, metrics, checkpoints and a picture of the curves in a folder.')
    .optionsGroup('What:')
    .option(
      '--model <expression>',
      `such as resnet8 or lenet(activation=accelerate(relu)) (default: ${defaults.model})`,
    )
    .option('--data <name>', oneOf(DATASETS, defaults.data))
    .option('--augment <chain>', 'of training images, such as crop+flip+cutout(size=8) (default: none)')
    .option('--limit <images>', 'use the first training images only', number)
    .option('--data-dir <folder>', 'the folder above that of the data set (default: GG_DATA_DIR)')
    .option('--image-size <pixels>', `side of the pictures of --data folder (default: ${defaults.imageSize})`, number)
    .option('--download', 'download the files of the data set that are not there')
    .optionsGroup('Gradients:')
    .option('--at <pattern=chain>', "shape gradients of features: 'conv*/output=gate()'; may be repeated", collect)
    .option('--optimizer <chain>', `of weights: 'clipByGlobalNorm(1)+adamw' (default: ${defaults.optimizer})`)
    .option('--use <module>', 'a file whose exports can be named too; may be repeated', collect)
    .optionsGroup('Learning rate, where the optimizer is written without one:')
    .option('--lr <number>', 'the highest one (default: 0.004 for adam and adamw, 0.02 for sgd)', number)
    .option('--schedule <name>', oneOf(SCHEDULES, 'warmup-cosine'))
    .option('--warmup <steps>', 'steps from 0 to the highest one, before the schedule', number)
    .optionsGroup('How long, and how:')
    .option(
      '--validation <part>',
      'hold out 0.1 of the training images, which then choose in place of the test images',
      number,
    )
    .option('--epochs <count>', `passes over the training images (default: ${defaults.epochs})`, number)
    .option('--steps <count>', 'updates, in place of epochs', number)
    .option(
      '--patience <epochs>',
      'end when the accuracy has not risen for so many (of --validation, or of the test images)',
      number,
    )
    .option('--batch-size <images>', `images a step (default: ${defaults.batchSize})`, number)
    .option('--accumulate <parts>', 'compute the gradient of a step in parts, for less memory (default: 1)', number)
    .option(
      '--workers <threads>',
      'compute the gradient of a step in threads, each with its images (default: 1)',
      number,
    )
    .option('--eval-batch-size <images>', `images at a time in tests (default: ${defaults.evalBatchSize})`, number)
    .option('--label-smoothing <part>', 'move labels towards the uniform distribution (default: 0)', number)
    .option('--ema <decay>', 'test an average of the weights, such as 0.999', number)
    .option('--seed <number>', `chooses first weights and order of images (default: ${defaults.seed})`, number)
    .option('--backend <name>', oneOf(BACKENDS, defaults.backend))
    .option('--threads <count>', 'of the WASM backend, in place of workers (default: one a core, 4 at most)', number)
    .optionsGroup('The folder of the run:')
    .option('--config <file>', 'settings from a file (default: gg.config.ts, .js, .json or .yaml, if there is one)')
    .option('--out <folder>', 'where the folder of the run is made', 'runs')
    .option('--keep <count>', `checkpoints that are kept, beside the best one (default: ${defaults.keep})`, number)
    .option('--checkpoint-every <steps>', 'a checkpoint within epochs too (default: at the end of each)', number)
    .option(
      '--no-diagnostics',
      'leave out the look at gradients and mistakes, which takes about a fiftieth of the time',
    )
    .option('--tensorboard', 'write event files for TensorBoard too')
    .option('--quiet', 'print the folder of the run and nothing else')
    .option('--json', 'print events as lines of JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ config: file, out, quiet, json, download, ...flags }: OtherOptions & Record<string, unknown>) => {
      const config = await effectiveConfig(file, flags)
      const report = { ...(quiet && { quiet }), ...(json && { json }) }
      exit(await runTraining({ config, out, report, label: flag, ...(download && { download }) }))
    })
}

const EXAMPLES = `
Examples:
  gg train
  gg train --at 'conv*/output=gate()' --seed 1
  gg train --data mnist --data-dir ~/data --epochs 2
  gg train --model resnet8 --data cifar10 --augment crop+flip --optimizer 'sgd(momentum=0.9)' --lr 0.05
  gg train --at '**/conv*/output=lateralMask(sigma=1, sets=4)+gate()' --model resnet8 --data cifar10
  gg train --optimizer 'clipByGlobalNorm(1)+adamw(1e-3, weightDecay=0.01, mask=kernels)'

Names and their options: gg list. Ctrl-C saves; then: gg resume <folder of the run>`

/** The settings of the file, of which flags go before. */
async function effectiveConfig(file: string | undefined, flags: Record<string, unknown>): Promise<TrainConfig> {
  const { lr, diagnostics, ...given } = flags
  const settings = { ...given, ...(lr !== undefined && { learningRate: lr }) }
  const fromFile = await loadConfigFile(file)
  // Both say how long: the flag goes before.
  const length = 'epochs' in settings ? { steps: null } : 'steps' in settings ? { epochs: null } : {}
  const config = parseTrainConfig(
    // The flag can only say no; without it the file decides, and a run of the command has a report to fill.
    { diagnostics: true, ...fromFile, ...length, ...settings, ...(diagnostics === false && { diagnostics }) },
    flag,
  )
  // A run is resumed from any folder.
  return {
    ...config,
    use: config.use.map((path) => resolve(path)),
    dataDir: config.dataDir === null ? null : resolve(config.dataDir),
  }
}

function oneOf(registry: Readonly<Record<string, unknown>>, usual: string): string {
  return `${Object.keys(registry).join(', ')} (default: ${usual})`
}

/** The number that a word stands for; a word that stands for none is left for the check of the settings to show. */
export function number(word: string): number | string {
  const value = Number(word)
  return word.trim() === '' || Number.isNaN(value) ? word : value
}

function collect(word: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), word]
}
