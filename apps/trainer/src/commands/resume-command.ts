import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { TrainConfig } from '../config/train-config.ts'
import { BACKENDS } from '../names/backends.ts'
import { readRun } from '../runs/read-run.ts'
import { type ResumeChanges, resumeRunFolder } from '../runs/run-folder.ts'
import { TrainingError } from '../training-error.ts'
import { flag } from './flag.ts'
import { type Exit, runTraining } from './run-training.ts'
import { number } from './train-command.ts'

interface OtherOptions {
  readonly quiet?: boolean
  readonly json?: boolean
}

/** Why settings of which the checkpoint is made cannot be others. */
const FIXED: Readonly<Partial<Record<keyof TrainConfig, string>>> = {
  model: 'the weights are of that model',
  data: 'the weights are of those images',
  limit: 'the order of the images follows from it',
  validation: 'images that were held out would be learned from, or the other way round',
  imageSize: 'the weights are of images of that size',
  augment: 'what is drawn for the images follows from it',
  at: 'the states of the sites are of those chains',
  optimizer: 'its state is that of that chain',
  use: 'what it names is part of the chains',
  learningRate: 'the steps so far follow it',
  schedule: 'the steps so far follow it',
  warmup: 'the steps so far follow it',
  batchSize: 'the place in the data is counted in batches',
  accumulate: 'the sums of gradients are rounded by it',
  workers: 'each has states of sites of its own',
  labelSmoothing: 'the losses so far are with it',
  ema: 'the average so far is with it',
  seed: 'the first weights and the order of the images follow from it',
}

/** `gg resume`. */
export function resumeCommand(exit: Exit): Command {
  const command = new Command('resume')
    .description('Go on with a run that was stopped, from its newest checkpoint, as if it had never stopped.')
    .argument('<run>', 'the folder of the run')
    .optionsGroup('What may be another one from here on:')
    .option('--epochs <count>', 'passes over the training images in all, also of a run that is complete', number)
    .option('--steps <count>', 'updates in all, in place of epochs', number)
    .option('--patience <epochs>', 'end when the accuracy has not risen for so many', number)
    .option('--data-dir <folder>', 'the folder above that of the data set, where it has moved')
    .option('--backend <name>', Object.keys(BACKENDS).join(', '))
    .option('--threads <count>', 'of the WASM backend', number)
    .option('--eval-batch-size <images>', 'images at a time in tests', number)
    .option('--keep <count>', 'checkpoints that are kept, beside the best one', number)
    .option('--checkpoint-every <steps>', 'a checkpoint within epochs too', number)
    .optionsGroup('Output:')
    .option('--quiet', 'print the folder of the run and nothing else')
    .option('--json', 'print events as lines of JSON')
    .addHelpText('after', EXAMPLES)
  // Known, so that there is a reason why not.
  for (const setting of Object.keys(FIXED)) {
    command.addOption(new Option(`${flag(setting)} <value>`).hideHelp())
  }
  return command.action(async (run: string, { quiet, json, ...given }: OtherOptions & Record<string, unknown>) => {
    const { config, record } = readRun(run)
    refuseFixed(given, config)
    const changes = changesOf(given)
    if (record.status === 'completed' && !goesOn(changes)) {
      process.stdout.write(`${run} is complete. To go on longer: gg resume ${run} --epochs ${longerThan(config)}\n`)
      return
    }
    const resumed = resumeRunFolder(run, changes, flag)
    for (const problem of resumed.damaged) process.stderr.write(`gg: ${problem} The one before it is used.\n`)
    const report = { ...(quiet && { quiet }), ...(json && { json }) }
    exit(await runTraining({ config: resumed.config, out: '', resumed, report, label: flag }))
  })
}

const EXAMPLES = `
Examples:
  gg resume runs/2026-11-21-060433-lenet-glyphs-gate-0
  gg resume runs/2026-11-21-060433-lenet-glyphs-gate-0 --epochs 12
  gg resume runs/2026-11-21-060433-lenet-mnist-gate-0 --data-dir /mnt/data

All other settings are those of the run. On one backend the weights end as those of a run that was never stopped, bit for
bit; on another one sums are rounded otherwise. With another length the learning rate goes on along the schedule of that
length: --schedule constant has the same one for any. A checkpoint that is damaged is passed over for the one before it.`

function refuseFixed(given: Readonly<Record<string, unknown>>, config: TrainConfig): void {
  const problems = Object.entries(FIXED).flatMap(([setting, reason]) => {
    if (given[setting === 'learningRate' ? 'lr' : setting] === undefined) return []
    const value = JSON.stringify(config[setting as keyof TrainConfig])
    return [
      `${flag(setting)} cannot be another one than that of the run, ${value}: ${reason}. Begin a new run with gg train.`,
    ]
  })
  if (problems.length > 0) throw new TrainingError('INVALID_CONFIG', problems.join('\n'))
}

function changesOf(given: Readonly<Record<string, unknown>>): ResumeChanges {
  const { dataDir, ...rest } = given
  // Both say how long: the one that is given goes before the one of the run.
  const length = 'epochs' in given ? { steps: null } : 'steps' in given ? { epochs: null } : {}
  // Unchecked words: `resumeRunFolder` looks at all settings.
  return { ...length, ...rest, ...(typeof dataDir === 'string' && { dataDir: resolve(dataDir) }) } as ResumeChanges
}

function goesOn(changes: ResumeChanges): boolean {
  return ['epochs', 'steps', 'patience'].some((name) => name in changes)
}

function longerThan({ epochs, steps, patience }: TrainConfig): string {
  return epochs === null || steps !== null || patience !== null ? '<more>' : String(2 * epochs)
}
