import { Command } from 'commander'
import { readRun } from '../runs/read-run.ts'
import { resumeRunFolder } from '../runs/run-folder.ts'
import { flag } from './flag.ts'
import { type Exit, runTraining } from './run-training.ts'

/** `gg resume`. */
export function resumeCommand(exit: Exit): Command {
  return new Command('resume')
    .description('Go on with a run that was stopped, from its newest checkpoint, as if it had never stopped.')
    .argument('<run>', 'the folder of the run')
    .option('--quiet', 'print the folder of the run and nothing else')
    .option('--json', 'print events as lines of JSON')
    .addHelpText(
      'after',
      `
Examples:
  gg resume runs/2026-11-21-060433-lenet-glyphs-gate-0

The settings are those of the run. A checkpoint that is damaged is passed over for the one before it. A run that is
complete is left as it is.`,
    )
    .action(async (run: string, { quiet, json }: { readonly quiet?: boolean; readonly json?: boolean }) => {
      if (readRun(run).record.status === 'completed') {
        process.stdout.write(`${run} is complete: there is nothing to go on with.\n`)
        return
      }
      const resumed = resumeRunFolder(run)
      for (const problem of resumed.damaged) process.stderr.write(`gg: ${problem} The one before it is used.\n`)
      const report = { ...(quiet && { quiet }), ...(json && { json }) }
      exit(await runTraining({ config: resumed.config, out: '', resumed, report, label: flag }))
    })
}
