import { writeFileSync } from 'node:fs'
import { enableProdMode } from '@tensorflow/tfjs-core'
import { Command, Option } from 'commander'
import { bestCheckpoint, newestCheckpoint } from '../runs/checkpoint-store.ts'
import { readRun } from '../runs/read-run.ts'
import { writing } from '../runs/write-failure.ts'
import { evaluateCheckpoint } from '../training/evaluate-checkpoint.ts'
import { count, percent } from './describe-run.ts'
import { flag } from './flag.ts'

interface Options {
  readonly checkpoint: 'best' | 'last'
  readonly json?: boolean
  readonly save?: string
}

/** `gg evaluate`. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Test a run: loss, accuracy, accuracy of each class, and the confusion matrix.')
    .argument('<run>', 'the folder of the run')
    .addOption(
      new Option('--checkpoint <which>', 'the one of the highest test accuracy, or the last')
        .choices(['best', 'last'])
        .default('best'),
    )
    .option('--json', 'print all of it as JSON, the confusion matrix with true classes in rows')
    .option('--save <file>', 'write the same JSON into a file')
    .addHelpText(
      'after',
      `
Examples:
  gg evaluate runs/2026-11-21-060433-lenet-glyphs-gate-0
  gg evaluate runs/2026-11-21-060433-lenet-glyphs-gate-0 --checkpoint last --json > evaluation.json`,
    )
    .action(async (run: string, { checkpoint: which, json, save }: Options) => {
      enableProdMode()
      const { config } = readRun(run)
      const { checkpoint, file } = which === 'best' ? bestCheckpoint(run) : newestCheckpoint(run)
      const evaluation = { run, checkpoint: file, ...(await evaluateCheckpoint(config, checkpoint, flag)) }
      const text = `${JSON.stringify(evaluation)}\n`
      if (save !== undefined) writing(save, 'Choose another file.', () => writeFileSync(save, text))
      if (json) {
        process.stdout.write(text)
        return
      }
      const { loss, accuracy, images, epoch, step, classes } = evaluation
      const width = Math.max(...classes.map(({ name }) => name.length))
      const lines = [
        `${file}, epoch ${epoch}, step ${count(step)}`,
        `test loss ${loss.toFixed(4)}  test accuracy ${percent(accuracy)}  ${count(images)} images`,
        ...classes.map(({ name, images: of, accuracy: right }) => {
          return `  ${name.padEnd(width)}  ${right === null ? 'no images' : percent(right).padStart(8)}  ${count(of)} images`
        }),
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}
